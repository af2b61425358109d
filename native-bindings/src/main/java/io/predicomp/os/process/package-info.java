/** What processes and threads consume, children, and limits on them. */
package io.predicomp.os.process;
