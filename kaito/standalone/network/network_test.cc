// Addresses and forwarding, with real sockets on loopback.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/network/address_block.h"
#include "kaito/standalone/network/address_pool.h"
#include "kaito/standalone/network/forwarder.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::IsEmpty;

TEST(AddressBlock, IsKeptAndNotShared) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                             TempDir::Create(getenv("TEST_TMPDIR")));
  int number = 0;
  {
    KAITO_ASSERT_OK_AND_ASSIGN(const AddressBlock first,
                               AddressBlock::Acquire(dir.path()));
    number = first.number();
    EXPECT_EQ(FormatAddress(first.services().first).substr(0, 4), "127.");
    EXPECT_LT(first.services().last, first.pods().first);
    EXPECT_EQ(first.pods().last - first.services().first, 4092u);
    // Whoever comes to the same block goes on to another.
    KAITO_ASSERT_OK_AND_ASSIGN(const TempDir other_dir,
                               TempDir::Create(getenv("TEST_TMPDIR")));
    KAITO_ASSERT_OK_AND_ASSIGN(const AddressBlock second,
                               AddressBlock::Acquire(dir.path()));
    EXPECT_NE(second.number(), number);
  }
  // The file says the second one's, which is free again.
  KAITO_ASSERT_OK_AND_ASSIGN(const AddressBlock again,
                             AddressBlock::Acquire(dir.path()));
  EXPECT_NE(again.number(), number);
  EXPECT_EQ(FormatAddress(0x7f400001), "127.64.0.1");
}

TEST(AddressPool, GivesEachOwnerOneAddress) {
  AddressPool pool({0x7f400002, 0x7f400004});
  EXPECT_THAT(pool.Acquire("a", ""), IsOkAndHolds("127.64.0.2"));
  EXPECT_THAT(pool.Acquire("a", "127.64.0.3"), IsOkAndHolds("127.64.0.2"));
  EXPECT_THAT(pool.Acquire("b", "127.64.0.4"), IsOkAndHolds("127.64.0.4"));
  EXPECT_THAT(pool.Acquire("c", "127.64.0.4"), IsOkAndHolds("127.64.0.3"));
  EXPECT_THAT(pool.Acquire("d", "10.0.0.1"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  pool.Release("a");
  EXPECT_THAT(pool.Acquire("d", "10.0.0.1"), IsOkAndHolds("127.64.0.2"));
}

// Accepts one connection, reads to its end, and answers with name and text.
class EchoServer {
 public:
  EchoServer(std::string name, int connections) : name_(std::move(name)) {
    fd_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_.get(), 16), 0);
    EXPECT_EQ(
        getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size),
        0);
    at_ = {"127.0.0.1", ntohs(address.sin_port)};
    thread_ = std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) Serve();
    });
  }
  ~EchoServer() { thread_.join(); }
  const ForwardAddress& at() const { return at_; }

 private:
  void Serve() {
    const UniqueFd client(accept(fd_.get(), nullptr, nullptr));
    std::string text = absl::StrCat(name_, ":");
    char buffer[4096];
    while (true) {
      const ssize_t n = read(client.get(), buffer, sizeof(buffer));
      if (n <= 0) break;
      text.append(buffer, static_cast<size_t>(n));
    }
    size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t n = send(client.get(), text.data() + sent,
                             text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
  }

  const std::string name_;
  UniqueFd fd_;
  ForwardAddress at_;
  std::thread thread_;
};

// Sends, closes its half, and reads to the end.
std::string Ask(const ForwardAddress& at, const std::string& text) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(at.port));
  EXPECT_EQ(inet_pton(AF_INET, at.address.c_str(), &address.sin_addr), 1);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
              sizeof(address)) != 0) {
    return "refused";
  }
  std::thread sender([&] {
    size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t n =
          send(fd.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    (void)shutdown(fd.get(), SHUT_WR);
  });
  std::string answer;
  char buffer[4096];
  while (true) {
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    if (n <= 0) break;
    answer.append(buffer, static_cast<size_t>(n));
  }
  sender.join();
  return answer;
}

class ForwarderTest : public ::testing::Test {
 protected:
  // Port 0 as any free one.
  ForwardAddress Open(std::vector<ForwardAddress> targets) {
    const ForwardAddress rule = {"127.64.0.77", 0};
    const absl::StatusOr<int32_t> port = forwarder_->Listen(rule);
    EXPECT_TRUE(port.ok()) << port.status();
    forwarder_->SetTargets(rule, std::move(targets));
    return {rule.address, *port};
  }
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(forwarder_,
                               Forwarder::Create({.max_connections = 4}));
  }

  std::unique_ptr<Forwarder> forwarder_;
};

TEST_F(ForwarderTest, PassesBytesBothWaysAndTakesTargetsInTurn) {
  EchoServer a("a", 1);
  EchoServer b("b", 1);
  const ForwardAddress at = Open({a.at(), b.at()});
  EXPECT_EQ(Ask(at, "one"), "a:one");
  const std::string large(3 << 20, 'x');  // More than any buffer.
  EXPECT_EQ(Ask(at, large), absl::StrCat("b:", large));
}

TEST_F(ForwarderTest, ServesMoreClientsThanItHoldsAtOnce) {
  EchoServer server("s", 12);
  const ForwardAddress at = Open({server.at()});
  std::vector<std::thread> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back([&at, i] {
      EXPECT_EQ(Ask(at, absl::StrCat(i)), absl::StrCat("s:", i));
    });
  }
  for (std::thread& client : clients) client.join();
}

TEST_F(ForwarderTest, ClosesConnectionsWithoutATarget) {
  const ForwardAddress at = Open({});
  EXPECT_EQ(Ask(at, "x"), "");
  forwarder_->SetTargets({"127.64.0.77", 0}, {{"127.0.0.1", 1}});
  EXPECT_EQ(Ask(at, "x"), "");  // Nobody listens on port 1.
}

TEST_F(ForwarderTest, TakesAFreePortWhereItsOwnIsTaken) {
  const ForwardAddress at = Open({});
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Forwarder> other,
                             Forwarder::Create({}));
  KAITO_ASSERT_OK_AND_ASSIGN(const int32_t port, other->Listen(at));
  EXPECT_NE(port, at.port);
  EXPECT_THAT(other->Moved(), ::testing::ElementsAre(std::pair(at, port)));
  EXPECT_THAT(other->Listen(at), IsOkAndHolds(port));
  other->Close(at);
  EXPECT_THAT(other->Moved(), IsEmpty());
  EXPECT_EQ(Ask({at.address, port}, "x"), "refused");
}

TEST_F(ForwarderTest, RefusesWhatIsNoAddress) {
  EXPECT_THAT(forwarder_->Listen({"host", 80}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito::standalone
