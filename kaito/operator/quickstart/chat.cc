#include "kaito/operator/quickstart/chat.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kPortsAnnotation = "standalone.kaito.sh/ports";

// No proxy: the addresses are this machine's.
absl::StatusOr<std::unique_ptr<http::Client>> LocalClient(Clock& clock) {
  return http::Client::Create(clock, {.proxy_from = http::ProxyFrom::kNowhere});
}

absl::StatusOr<std::string> Ask(http::Client& client, absl::string_view address,
                                absl::string_view question,
                                const StopToken& stop) {
  const std::string url = absl::StrCat("http://", address, "/chat");
  KAITO_ASSIGN_OR_RETURN(
      const http::Response response,
      client.Do({.method = "POST",
                 .url = url,
                 .headers = {{"Content-Type", "application/json"}},
                 .body = json::Write(json::Object{{"prompt", question}})},
                stop));
  if (response.code != 200) {
    return absl::UnavailableError(absl::StrCat(
        url, ": HTTP ", response.code, ": ", response.body.substr(0, 200)));
  }
  absl::StatusOr<json::Value> body = json::Parse(response.body);
  if (!body.ok()) return Annotate(body.status(), url);
  const json::Value* result = body->Find("Result");
  if (result == nullptr || result->string() == nullptr) {
    return absl::InternalError(
        absl::StrCat(url, ": no Result in ", response.body.substr(0, 200)));
  }
  return std::string(absl::StripAsciiWhitespace(*result->string()));
}

}  // namespace

absl::StatusOr<std::string> CallableAddress(const json::Value& service,
                                            int64_t port) {
  const absl::string_view host = service.StringAt({"spec", "clusterIP"});
  if (host.empty() || host == "None") {
    return absl::FailedPreconditionError(
        absl::StrCat("Service ", service.StringAt({"metadata", "name"}),
                     ": has no address yet"));
  }
  const absl::string_view moved =
      service.StringAt({"metadata", "annotations", kPortsAnnotation});
  if (!moved.empty()) {
    KAITO_ASSIGN_OR_RETURN(const json::Value ports, json::Parse(moved));
    const json::Value* to = ports.Find(absl::StrCat(port));
    if (to != nullptr && to->integer()) port = *to->integer();
  }
  return absl::StrCat(host, ":", port);
}

absl::Status CheckRegistry(absl::string_view address, Clock& clock,
                           const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<http::Client> client,
                         LocalClient(clock));
  const std::string url = absl::StrCat("http://", address, "/v2/");
  KAITO_ASSIGN_OR_RETURN(const http::Response response,
                         client->Do({.url = url}, stop));
  if (response.code == 200) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(url, ": HTTP ", response.code, ", want 200"));
}

absl::StatusOr<std::vector<std::string>> AskService(
    absl::string_view address, const std::vector<std::string>& questions,
    Clock& clock, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<http::Client> client,
                         LocalClient(clock));
  std::vector<std::string> answers;
  answers.reserve(questions.size());
  for (const std::string& question : questions) {
    KAITO_ASSIGN_OR_RETURN(std::string answer,
                           Ask(*client, address, question, stop));
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace kaito::controller
