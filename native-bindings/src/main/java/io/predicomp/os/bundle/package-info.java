/** Native libraries that lie in jars: found, loaded for good, and linked; or the reason why not. */
package io.predicomp.os.bundle;
