#include "kaito/runtime/fetch/hub.h"

#include <fstream>
#include <map>
#include <memory>
#include <string>
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
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/runtime/fetch/download.h"
#include "kaito/runtime/fetch/refusal.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kCommit[] = "0123456789abcdef0123456789abcdef01234567";

// A hub with one model, acme/tiny. What it gives out it tells in `served`.
class FakeHub {
 public:
  FakeHub() {
    absl::StatusOr<std::unique_ptr<http::Server>> server = http::Server::Start(
        clock_, {},
        [this](const http::ServerRequest& request,
               http::ResponseWriter& writer) { Answer(request, writer); });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // Before the first request. A large file's digest is in the list.
  void Add(const std::string& name, const std::string& text,
           bool large = false) {
    files_[name] = text;
    json::Object file(
        {{"rfilename", name}, {"size", static_cast<int64_t>(text.size())}});
    if (large) {
      file["lfs"] = json::Object({{"sha256", Sha256Hex(text)}});
    }
    listed_.emplace_back(std::move(file));
  }
  // What is sent in place of what the list promises.
  void Spoil(const std::string& name, const std::string& text) {
    files_[name] = text;
  }
  void AskForToken(std::string token) { token_ = std::move(token); }

  std::string endpoint() const {
    return absl::StrCat("http://127.0.0.1:", server_->port());
  }
  std::vector<std::string> served() const {
    MutexLock lock(mutex_);
    return served_;
  }

 private:
  void Answer(const http::ServerRequest& request,
              http::ResponseWriter& writer) {
    const std::string& path = request.target.path;
    if (!token_.empty() && request.headers.Get("Authorization") !=
                               absl::StrCat("Bearer ", token_)) {
      writer.Send({.code = 401}).IgnoreError();
      return;
    }
    if (path == "/api/models/acme/tiny/revision/main" ||
        path == "/api/models/acme/tiny/revision/refs/pr/1") {
      const json::Object answer({{"sha", kCommit}, {"siblings", listed_}});
      writer.Send({.code = 200, .body = json::Write(answer)}).IgnoreError();
      return;
    }
    const std::string prefix =
        absl::StrCat("/acme/tiny/resolve/", kCommit, "/");
    if (path.rfind(prefix, 0) == 0) {
      const std::string name = path.substr(prefix.size());
      {
        MutexLock lock(mutex_);
        served_.push_back(name);
      }
      // The hub sends large files from elsewhere.
      writer
          .Send({.code = 302,
                 .headers = {{"Location", absl::StrCat("/store/", name)}}})
          .IgnoreError();
      return;
    }
    const auto found = files_.find(path.substr(path.rfind('/') + 1));
    const bool stored = path.rfind("/store/", 0) == 0 && found != files_.end();
    writer
        .Send({.code = stored ? 200 : 404, .body = stored ? found->second : ""})
        .IgnoreError();
  }

  RealClock clock_;
  std::map<std::string, std::string> files_;
  json::Array listed_;
  std::string token_;
  mutable Mutex mutex_;
  std::vector<std::string> served_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use the rest.
};

class HubTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    options_.endpoint = hub_.endpoint();
    options_.download.allow_private_addresses = true;
    options_.download.retries = {.max_tries = 2,
                                 .first_wait = absl::Milliseconds(1),
                                 .longest_wait = absl::Milliseconds(2)};
  }

  absl::StatusOr<HubSnapshot> Fetch(absl::string_view name) {
    absl::StatusOr<HubModel> model = ParseHubModel(name);
    if (!model.ok()) return model.status();
    return FetchHubModel(clock_, *model, dir_.path(), options_, {});
  }
  absl::StatusOr<std::string> File(absl::string_view name) {
    return ReadFile(JoinPath(dir_.path(), name), 1 << 20);
  }
  std::vector<std::string> Names() {
    absl::StatusOr<std::vector<std::string>> names = ListDir(dir_.path(), 100);
    return names.ok() ? *std::move(names) : std::vector<std::string>();
  }

  RealClock clock_;
  FakeHub hub_;
  TempDir dir_;
  HubOptions options_;
};

TEST_F(HubTest, TakesWhatIsReadAndNothingElse) {
  hub_.Add("model-00001-of-00002.safetensors", "one", /*large=*/true);
  hub_.Add("model-00002-of-00002.safetensors", "two", /*large=*/true);
  hub_.Add("model.safetensors.index.json", "{}");
  hub_.Add("consolidated.safetensors", "onetwo", /*large=*/true);
  hub_.Add("pytorch_model.bin", "onetwo", /*large=*/true);
  hub_.Add("onnx/model.safetensors", "onetwo", /*large=*/true);
  hub_.Add("../evil.json", "{}");
  hub_.Add(".hidden.json", "{}");
  hub_.Add("modeling_tiny.py", "import os");
  hub_.Add("config.json", "{\"a\":1}");
  hub_.Add("chat_template.jinja", "{{ x }}");
  KAITO_ASSERT_OK_AND_ASSIGN(const HubSnapshot snapshot,
                             Fetch("hf://acme/tiny"));
  EXPECT_EQ(snapshot.commit, kCommit);
  EXPECT_THAT(Names(), ElementsAre("chat_template.jinja", "config.json",
                                   "model-00001-of-00002.safetensors",
                                   "model-00002-of-00002.safetensors",
                                   "model.safetensors.index.json"));
  EXPECT_THAT(File("config.json"), IsOkAndHolds("{\"a\":1}"));
  // Weights last: what else is wrong shows before the long download.
  EXPECT_EQ(hub_.served().back(), "model-00002-of-00002.safetensors");
}

TEST_F(HubTest, ASingleFileWinsOverShards) {
  hub_.Add("config.json", "{}");
  hub_.Add("model-00001-of-00001.safetensors", "one", /*large=*/true);
  hub_.Add("model.safetensors", "one", /*large=*/true);
  KAITO_ASSERT_OK(Fetch("hf://acme/tiny"));
  EXPECT_THAT(Names(), ElementsAre("config.json", "model.safetensors"));
}

TEST_F(HubTest, ALaterRunKeepsWholeWeights) {
  hub_.Add("config.json", "{}");
  hub_.Add("model.safetensors", "weights", /*large=*/true);
  KAITO_ASSERT_OK(Fetch("hf://acme/tiny"));
  KAITO_ASSERT_OK(Fetch("hf://acme/tiny"));
  EXPECT_THAT(hub_.served(),
              ElementsAre("config.json", "model.safetensors", "config.json"));
  // Others of that size are none.
  std::ofstream(JoinPath(dir_.path(), "model.safetensors")) << "Weights";
  KAITO_ASSERT_OK(Fetch("hf://acme/tiny@refs/pr/1"));
  EXPECT_THAT(File("model.safetensors"), IsOkAndHolds("weights"));
}

TEST_F(HubTest, RefusesWhatTheListDoesNotPromise) {
  hub_.Add("config.json", "{}");
  hub_.Add("model.safetensors", "weights", /*large=*/true);
  hub_.Spoil("model.safetensors", "Weights");
  EXPECT_THAT(Fetch("hf://acme/tiny").status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("digest")));
  hub_.Spoil("config.json", "{");
  EXPECT_THAT(Fetch("hf://acme/tiny").status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 bytes")));
  hub_.Spoil("config.json", "{  }");
  EXPECT_THAT(
      Fetch("hf://acme/tiny").status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than")));
  EXPECT_THAT(Names(), Not(::testing::Contains("model.safetensors")));
}

TEST_F(HubTest, StopsBeforeTheFirstFileWhereTheyAreTooLarge) {
  hub_.Add("config.json", "{}");
  hub_.Add("model.safetensors", "weights", /*large=*/true);
  options_.max_total_bytes = 8;
  EXPECT_THAT(Fetch("hf://acme/tiny").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("has 7 bytes, and 6 are allowed")));
  options_.max_total_bytes = 100;
  options_.download.max_bytes = 6;
  EXPECT_THAT(Fetch("hf://acme/tiny").status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(hub_.served(), IsEmpty());
}

TEST_F(HubTest, SaysWhatARefusalMayMean) {
  hub_.Add("config.json", "{}");
  hub_.Add("model.safetensors", "weights", /*large=*/true);
  absl::Status status = Fetch("hf://acme/other").status();
  EXPECT_TRUE(WasRefused(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("has no acme/other at main"));
  hub_.AskForToken("s3cret");
  status = Fetch("hf://acme/tiny").status();
  EXPECT_TRUE(WasRefused(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("give a token"));
  options_.download.token = Secret("s3cret");
  KAITO_EXPECT_OK(Fetch("hf://acme/tiny"));
}

TEST(ParseHubListing, RefusesWhatCantBeUsed) {
  const auto message = [](absl::string_view files, absl::string_view sha) {
    return std::string(
        ParseHubListing(
            absl::StrCat("{\"sha\":\"", sha, "\",\"siblings\":", files, "}"))
            .status()
            .message());
  };
  EXPECT_THAT(message("[]", kCommit), HasSubstr("no config.json"));
  EXPECT_THAT(message("[]", "main"), HasSubstr("no commit"));
  EXPECT_THAT(message("7", kCommit), HasSubstr("list of files"));
  EXPECT_THAT(message("[{\"rfilename\":\"config.json\"}]", kCommit),
              HasSubstr("no size of config.json"));
  EXPECT_THAT(message("[{\"rfilename\":\"config.json\",\"size\":-1}]", kCommit),
              HasSubstr("no size of config.json"));
  EXPECT_THAT(message("[{\"rfilename\":\"config.json\",\"size\":2},"
                      "{\"rfilename\":\"model.bin\",\"size\":2}]",
                      kCommit),
              HasSubstr("no weights in safetensors"));
  EXPECT_FALSE(ParseHubListing("{").ok());
  EXPECT_FALSE(ParseHubListing("[1]").ok());
}

TEST(ParseHubModel, TakesNamesAndRevisions) {
  KAITO_ASSERT_OK_AND_ASSIGN(const HubModel plain, ParseHubModel("hf://a/b-1"));
  EXPECT_EQ(plain.id, "a/b-1");
  EXPECT_EQ(plain.revision, "main");
  KAITO_ASSERT_OK_AND_ASSIGN(const HubModel at,
                             ParseHubModel("hf://gpt2@refs/pr/1"));
  EXPECT_EQ(at.id, "gpt2");
  EXPECT_EQ(at.revision, "refs/pr/1");
  for (const char* bad :
       {"a/b", "hf://", "hf://a/", "hf:///b", "hf://a/b/c", "hf://../b",
        "hf://a/b@", "hf://a/b@x/../y", "hf://a b/c", "hf://a/b@x?y"}) {
    EXPECT_THAT(ParseHubModel(bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

}  // namespace
}  // namespace kaito::runtime
