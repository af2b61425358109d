/** What this machine offers, asked before it is used. */
package io.predicomp.os.feature;
