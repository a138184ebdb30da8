#include "kaito/runtime/fetch/fetch.h"

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/fetch/download.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/fetch/url_file_name.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A server that answers each path in a way of its own, and notes what came.
class Site {
 public:
  using Answer = std::function<void(const http::ServerRequest&, int times,
                                    http::ResponseWriter&)>;

  Site() {
    absl::StatusOr<std::unique_ptr<http::Server>> server = http::Server::Start(
        clock_, {},
        [this](const http::ServerRequest& request,
               http::ResponseWriter& writer) {
          int times = 0;
          {
            MutexLock lock(mutex_);
            requests_.push_back(request.headers);
            times = ++times_[request.target.path];
          }
          answers_.at(request.target.path)(request, times, writer);
        });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // Before the first request.
  void On(const std::string& path, Answer answer) {
    answers_[path] = std::move(answer);
  }
  void OnText(const std::string& path, int code, const std::string& text) {
    On(path, [=](const http::ServerRequest&, int, http::ResponseWriter& w) {
      w.Send({.code = code, .body = text}).IgnoreError();
    });
  }
  std::string Url(absl::string_view path) const {
    return absl::StrCat("http://127.0.0.1:", server_->port(), path);
  }
  std::vector<http::Headers> requests() const {
    MutexLock lock(mutex_);
    return requests_;
  }

 private:
  RealClock clock_;
  std::map<std::string, Answer> answers_;
  mutable Mutex mutex_;
  std::vector<http::Headers> requests_;
  std::map<std::string, int> times_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use the rest.
};

class FetchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    options_.download.allow_private_addresses = true;
    options_.download.retries = {.max_tries = 3,
                                 .first_wait = absl::Milliseconds(1),
                                 .longest_wait = absl::Milliseconds(2)};
  }

  absl::StatusOr<std::vector<FetchedFile>> Fetch(
      const std::vector<std::string>& urls) {
    return FetchFiles(clock_, urls, dir_.path(), options_, {});
  }

  absl::StatusOr<std::string> File(absl::string_view name) {
    return ReadFile(JoinPath(dir_.path(), name), 1 << 20);
  }

  // Where the part of a download is.
  std::string PartOf(absl::string_view name) {
    return absl::StrCat(JoinPath(dir_.path(), name), ".kaito-part");
  }

  // What is left in the directory.
  std::vector<std::string> Names() {
    absl::StatusOr<std::vector<std::string>> names = ListDir(dir_.path(), 100);
    return names.ok() ? *std::move(names) : std::vector<std::string>();
  }

  RealClock clock_;
  Site site_;
  TempDir dir_;
  FetchOptions options_;
};

// Sends the part of `text` that was asked for. After `bytes` it waits until
// the client has written them to `path`, and cuts the connection: bytes on their
// way would be lost.
void SendPart(const http::ServerRequest& request, const std::string& text,
              size_t bytes, const std::string& path,
              http::ResponseWriter& writer) {
  size_t from = 0;
  http::Headers headers = {{"ETag", "\"v1\""}};
  const std::string range(request.headers.Get("Range").value_or(""));
  if (!range.empty() && request.headers.Get("If-Range") == "\"v1\"") {
    from = std::stoul(range.substr(6));
    headers.Add(
        "Content-Range",
        absl::StrCat("bytes ", from, "-", text.size() - 1, "/", text.size()));
  }
  absl::StatusOr<http::BodyStream> body =
      writer.Stream(from > 0 ? 206 : 200, headers);
  if (!body.ok()) return;
  body->Write(text.substr(from, bytes)).IgnoreError();
  if (from + bytes >= text.size()) {
    body->Finish().IgnoreError();
    return;
  }
  struct stat info = {};
  while (static_cast<size_t>(info.st_size) < from + bytes &&
         !body->client_gone().stopped()) {
    std::this_thread::yield();
    stat(path.c_str(), &info);
  }
}

TEST_F(FetchTest, GivesFilesTheNamesOfTheirUrls) {
  site_.OnText("/sets/train.parquet", 200, "one");
  site_.OnText("/b.jsonl", 200, "two");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::vector<FetchedFile> files,
      Fetch({site_.Url("/sets/train.parquet?download=true&x=1"),
             site_.Url("/b.jsonl")}));
  EXPECT_THAT(Names(),
              ElementsAre("b.jsonl", "train.parquet_download_true_x_1"));
  EXPECT_THAT(File("b.jsonl"), IsOkAndHolds("two"));
  EXPECT_EQ(files[0].bytes, 3);
  EXPECT_EQ(files[0].digest, absl::StrCat("sha256:", Sha256Hex("one")));
}

TEST_F(FetchTest, GoesOnWhereAConnectionBroke) {
  std::string text(100'000, 'a');
  text += "end";
  site_.On("/f", [&](const http::ServerRequest& request, int times,
                     http::ResponseWriter& writer) {
    SendPart(request, text, times == 1 ? 60'000 : text.size(), PartOf("f"),
             writer);
  });
  KAITO_ASSERT_OK(Fetch({site_.Url("/f")}));
  EXPECT_THAT(File("f"), IsOkAndHolds(text));
  const std::vector<http::Headers> requests = site_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].Get("Range"), "bytes=60000-");
  EXPECT_THAT(Names(), ElementsAre("f"));
}

TEST_F(FetchTest, ALaterRunGoesOnWhereThisOneStopped) {
  const std::string text = "0123456789";
  site_.On("/f", [&](const http::ServerRequest& request, int times,
                     http::ResponseWriter& writer) {
    SendPart(request, text, times <= 3 ? 2 : text.size(), PartOf("f"), writer);
  });
  EXPECT_THAT(Fetch({site_.Url("/f")}).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<FetchedFile> files,
                             Fetch({site_.Url("/f")}));
  EXPECT_EQ(site_.requests().back().Get("Range"), "bytes=6-");
  EXPECT_THAT(File("f"), IsOkAndHolds(text));
  EXPECT_EQ(files[0].digest, absl::StrCat("sha256:", Sha256Hex(text)));
}

TEST_F(FetchTest, TriesAgainWhatMayHealAndGivesUp) {
  site_.On("/f", [](const http::ServerRequest&, int times,
                    http::ResponseWriter& writer) {
    writer.Send({.code = times < 3 ? 503 : 200, .body = "x"}).IgnoreError();
  });
  site_.OnText("/down", 502, "");
  KAITO_EXPECT_OK(Fetch({site_.Url("/f")}));
  EXPECT_THAT(Fetch({site_.Url("/down")}).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("502")));
}

TEST_F(FetchTest, MarksRefusalsAndShowsNoQuery) {
  for (const int code : {401, 403, 404}) {
    site_.OnText(absl::StrCat("/", code), code, "");
    const absl::Status status =
        Fetch({site_.Url(absl::StrCat("/", code, "?sig=s3cret"))}).status();
    EXPECT_TRUE(WasRefused(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat(code)));
    EXPECT_THAT(status.message(), Not(HasSubstr("s3cret")));
  }
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(FetchTest, SendsTheTokenToTheUrlsOwnHostOnly) {
  Site other;
  other.OnText("/data", 200, "x");
  site_.On("/f", [&](const http::ServerRequest&, int,
                     http::ResponseWriter& writer) {
    writer.Send({.code = 302, .headers = {{"Location", other.Url("/data")}}})
        .IgnoreError();
  });
  options_.download.token = Secret("t0ken");
  KAITO_ASSERT_OK(Fetch({site_.Url("/f")}));
  EXPECT_EQ(site_.requests()[0].Get("Authorization"), "Bearer t0ken");
  EXPECT_FALSE(other.requests()[0].Has("Authorization"));
}

TEST_F(FetchTest, LeavesNothingOfWhatItRefuses) {
  site_.OnText("/big", 200, std::string(100, 'x'));
  site_.OnText("/empty", 200, "");
  site_.OnText("/other", 200, "other");
  options_.download.max_bytes = 99;
  EXPECT_THAT(Fetch({site_.Url("/big")}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("more than the 99 bytes")));
  EXPECT_THAT(Fetch({site_.Url("/empty")}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the file is empty")));
  options_.digest = absl::StrCat("sha256:", std::string(64, '0'));
  EXPECT_THAT(Fetch({site_.Url("/other")}).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("wanted is")));
  EXPECT_THAT(Fetch({site_.Url("/other"), site_.Url("/big")}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(FetchTest, RefusesPrivateAddressesUnlessAllowed) {
  options_.download.allow_private_addresses = false;
  EXPECT_THAT(Fetch({site_.Url("/f")}).status(),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(site_.requests(), IsEmpty());
}

TEST_F(FetchTest, RefusesTwoUrlsOfOneName) {
  EXPECT_THAT(
      Fetch({"https://a.example/x/f", "https://b.example/y/f"}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the name f")));
}

TEST(FileNameOfUrl, IsKaitosAndNoPath) {
  const auto name = [](absl::string_view text) -> std::string {
    const absl::StatusOr<Url> url = Url::Parse(text);
    if (!url.ok()) return "no URL";
    const absl::StatusOr<std::string> found = FileNameOfUrl(*url);
    return found.ok() ? *found : "refused";
  };
  EXPECT_EQ(name("https://h/a/b.parquet"), "b.parquet");
  EXPECT_EQ(name("https://h/f?a=1&b=2#frag"), "f_a_1_b_2");
  EXPECT_EQ(name("https://h/f?p=a/b"), "f_p_a_b");
  EXPECT_EQ(name("https://h/"), "refused");
  EXPECT_EQ(name("https://h/a/"), "refused");
  EXPECT_EQ(name("https://h/.hidden"), "refused");
  EXPECT_EQ(name("https://h/..%2Fetc"), "refused");
  EXPECT_EQ(name("https://h/" + std::string(300, 'a')).size(), 200u);
}

}  // namespace
}  // namespace kaito::runtime
