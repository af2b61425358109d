/**
 * The whole address space as one memory segment. Exported to the arena alone: see the module
 * declaration.
 */
package io.predicomp.os.address;
