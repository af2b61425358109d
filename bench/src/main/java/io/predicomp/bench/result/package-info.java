/** What every measurement leaves behind: rows, the machine's description, files. */
package io.predicomp.bench.result;
