/** What processes and threads consume. */
package io.predicomp.os.process;
