/** Local sockets that know the process at the other end, and waiting for several descriptors. */
package io.predicomp.os.socket;
