// kaito_proto_library, and gRPC over loopback: an answer, a deadline, and a
// peer that isn't there.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "google/protobuf/duration.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "third_party/grpc/testdata/echo.grpc.pb.h"
#include "third_party/grpc/testdata/echo.pb.h"
#include "third_party/grpc/testdata/echo_words.pb.h"

namespace kaito {
namespace {

class EchoServer : public test::Echo::Service {
 public:
  grpc::Status Echo(grpc::ServerContext* context,
                    const test::EchoRequest* request,
                    test::EchoReply* reply) override {
    if (request->hang()) {
      std::unique_lock<std::mutex> lock(mutex_);
      released_.wait(lock, [this] { return stopping_; });
    }
    *reply->mutable_words() = request->words();
    reply->mutable_left()->set_seconds(
        std::chrono::duration_cast<std::chrono::seconds>(
            context->deadline() - std::chrono::system_clock::now())
            .count());
    return grpc::Status::OK;
  }

  void Release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    released_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable released_;
  bool stopping_ = false;  // Guarded by mutex_.
};

class Grpc : public ::testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    ASSERT_GT(port, 0);
    stub_ = test::Echo::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                            grpc::InsecureChannelCredentials()));
  }

  void TearDown() override {
    service_.Release();
    if (server_ != nullptr) server_->Shutdown();
  }

  grpc::Status Call(const test::EchoRequest& request,
                    std::chrono::milliseconds timeout, test::EchoReply* reply) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    return stub_->Echo(&context, request, reply);
  }

  EchoServer service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<test::Echo::Stub> stub_;
};

TEST_F(Grpc, EchoesAndKnowsTheDeadline) {
  test::EchoRequest request;
  request.mutable_words()->add_words("rank 0");
  request.mutable_words()->add_words(std::string("\0\xc3\xa9", 3));
  test::EchoReply reply;
  const grpc::Status status = Call(request, std::chrono::minutes(2), &reply);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(reply.words().words_size(), 2);
  EXPECT_EQ(reply.words().words(0), "rank 0");
  EXPECT_EQ(reply.words().words(1), std::string("\0\xc3\xa9", 3));
  EXPECT_GT(reply.left().seconds(), 0);
  EXPECT_LE(reply.left().seconds(), 120);
}

TEST_F(Grpc, CallThatHangsEndsAtItsDeadline) {
  test::EchoRequest request;
  request.set_hang(true);
  test::EchoReply reply;
  const grpc::Status status =
      Call(request, std::chrono::milliseconds(50), &reply);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED)
      << status.error_message();
}

TEST_F(Grpc, AbsentPeerIsUnavailable) {
  server_->Shutdown();
  test::EchoReply reply;
  const grpc::Status status =
      Call(test::EchoRequest(), std::chrono::minutes(2), &reply);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE)
      << status.error_message();
}

}  // namespace
}  // namespace kaito
