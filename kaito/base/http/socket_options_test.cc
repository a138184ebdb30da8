#include "kaito/base/http/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace kaito::http {
namespace {

int Get(int socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(socket, level, option, &value, &size), 0);
  return value;
}

TEST(SetKeepalive, FindsADeadPeerIn25Seconds) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  SetKeepalive(fd);
  EXPECT_EQ(Get(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(Get(fd, IPPROTO_TCP, TCP_KEEPIDLE), 10);
  EXPECT_EQ(Get(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(Get(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_EQ(Get(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 20'000);
  close(fd);
}

}  // namespace
}  // namespace kaito::http
