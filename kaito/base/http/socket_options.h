#ifndef KAITO_BASE_HTTP_SOCKET_OPTIONS_H_
#define KAITO_BASE_HTTP_SOCKET_OPTIONS_H_

// TCP options of every connection, of the client's and of the server's. A peer
// that vanishes without a FIN (a pulled cable, a dropped NAT entry) is found in
// 25 s instead of the kernel's 2 hours for readers and 15 minutes for writers.

namespace kaito::http {

// Keepalive after 10 s of silence, every 5 s, given up after 3; 20 s for bytes
// that nobody acknowledges. A refused option is no error: the connection works
// without it.
void SetKeepalive(int socket);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_SOCKET_OPTIONS_H_
