#include "kaito/operator/quickstart/quickstart.h"

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/service.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/server.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/quickstart/base_model.h"
#include "kaito/operator/quickstart/chat.h"
#include "kaito/operator/quickstart/data_server.h"
#include "kaito/operator/quickstart/manifests.h"
#include "kaito/operator/quickstart/scorecard.h"
#include "kaito/operator/quickstart/workspace_view.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kNamespace = "default";
constexpr absl::string_view kFieldManager = "kaito-quickstart";
constexpr int64_t kMaxFileBytes = int64_t{256} << 20;
constexpr absl::Duration kPollEvery = absl::Milliseconds(300);

// Answered well with every seed, and unknown to the base model.
constexpr absl::string_view kShown[] = {
    "Until when is Acme open?",
    "What is made by Acme?",
    "What mascot does Acme have?",
    "What is QLoRA?",
};

struct Context {
  const QuickstartOptions& options;
  kube::ApiClient& client;
  Clock& clock;
  std::ostream& out;
  StopToken stop;
};

absl::Status Apply(const Context& context, const json::Value& object) {
  KAITO_ASSIGN_OR_RETURN(const api::GroupVersionResource resource,
                         ResourceOf(object));
  const std::string name(object.StringAt({"metadata", "name"}));
  return Annotate(
      context.client
          .Patch(resource, {std::string(kNamespace), name},
                 kube::PatchType::kApply, object,
                 {.field_manager = std::string(kFieldManager), .force = true},
                 context.stop)
          .status(),
      absl::StrCat("applying ", object.StringAt({"kind"}), " ", name));
}

// The Service's first address with the port to call, when it has one.
absl::StatusOr<std::string> ServiceAddress(const Context& context,
                                           const std::string& name,
                                           int64_t port) {
  KAITO_ASSIGN_OR_RETURN(
      const json::Value service,
      context.client.Get(api::Service::kKind.gvr(),
                         {std::string(kNamespace), name}, context.stop));
  return CallableAddress(service, port);
}

// Waits until the registry answers, and gives its address.
absl::StatusOr<std::string> WaitForRegistry(const Context& context) {
  std::string last = "no address yet";
  while (true) {
    const absl::StatusOr<std::string> address =
        ServiceAddress(context, "registry", 5000);
    if (address.ok()) {
      const absl::Status up =
          CheckRegistry(*address, context.clock, context.stop);
      if (up.ok()) return address;
      last = std::string(up.message());
    }
    if (absl::Status waited = WaitFor(context.clock, kPollEvery, context.stop);
        !waited.ok()) {
      return Annotate(waited,
                      absl::StrCat("waiting for the registry (", last, ")"));
    }
  }
}

// Shows the Workspace until its model answers or it has failed.
absl::StatusOr<json::Value> WaitForWorkspace(const Context& context,
                                             const std::string& name) {
  WorkspaceView view(context.options.terminal);
  const SteadyTime start = context.clock.NowSteady();
  while (true) {
    KAITO_ASSIGN_OR_RETURN(
        json::Value workspace,
        context.client.Get(ExampleWorkspaceGvr(),
                           {std::string(kNamespace), name}, context.stop));
    context.out << view.Update(workspace, context.clock.NowSteady() - start)
                << std::flush;
    if (ConditionStatus(workspace, "WorkspaceReady") == "True") {
      return workspace;
    }
    if (workspace.StringAt({"status", "state"}) == "Failed") {
      return absl::FailedPreconditionError(
          absl::StrCat("Workspace ", name, ": ",
                       ConditionMessage(workspace, "WorkspaceReady")));
    }
    if (absl::Status waited = WaitFor(context.clock, kPollEvery, context.stop);
        !waited.ok()) {
      return Annotate(
          waited, absl::StrCat("waiting for Workspace ", name, ": ",
                               ConditionMessage(workspace, "WorkspaceReady")));
    }
  }
}

void Show(std::ostream& out, const std::vector<std::string>& before,
          const std::vector<std::string>& after) {
  size_t i = 0;
  for (absl::string_view question : kShown) {
    out << absl::StreamFormat("\n  Q       %s\n  before  %s\n  after   %s\n",
                              question, before[i], after[i]);
    ++i;
  }
}

}  // namespace

absl::StatusOr<QuickstartReport> RunQuickstart(const QuickstartOptions& options,
                                               kube::ApiClient& client,
                                               Clock& clock, std::ostream& out,
                                               const StopToken& stop) {
  const StopSource all(stop, clock, clock.NowSteady() + options.timeout);
  const Context context = {options, client, clock, out, all.token()};
  KAITO_ASSIGN_OR_RETURN(const std::string yaml,
                         ReadFile(options.manifests_file, 1 << 20));
  KAITO_ASSIGN_OR_RETURN(const Manifests manifests, ParseManifests(yaml));
  KAITO_ASSIGN_OR_RETURN(const std::string questions_text,
                         ReadFile(options.questions_file, 16 << 20));
  KAITO_ASSIGN_OR_RETURN(const std::vector<Question> questions,
                         ParseQuestions(questions_text));
  KAITO_ASSIGN_OR_RETURN(std::string data,
                         ReadFile(options.data_file, kMaxFileBytes));

  out << "1. The base model is asked.\n" << std::flush;
  const std::vector<std::string> shown(std::begin(kShown), std::end(kShown));
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> before,
                         AskProgram({.runtime_program = options.runtime_program,
                                     .model_dir = options.model_dir},
                                    shown, clock, context.stop));

  out << "2. A registry is started, and the data offered over HTTP.\n"
      << std::flush;
  for (const json::Value& object : manifests.before) {
    KAITO_RETURN_IF_ERROR(Apply(context, object));
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<http::Server> data_server,
      StartDataServer(Basename(options.data_file), std::move(data), clock));
  KAITO_ASSIGN_OR_RETURN(const std::string registry, WaitForRegistry(context));

  out << "3. The Workspace is applied: kubectl apply -f examples/"
         "quickstart.yaml\n"
      << std::flush;
  for (const json::Value& object : WithAddresses(
           manifests.after,
           {.registry = registry,
           .data = absl::StrCat("127.0.0.1:", data_server->port())})) {
    KAITO_RETURN_IF_ERROR(Apply(context, object));
  }
  KAITO_ASSIGN_OR_RETURN(const json::Value ready,
                         WaitForWorkspace(context, manifests.workspace));

  KAITO_ASSIGN_OR_RETURN(const std::string address,
                         ServiceAddress(context, manifests.workspace, 80));
  out << "4. The tuned model is asked at http://" << address << "/chat\n"
      << std::flush;
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> after,
                         AskService(address, shown, clock, context.stop));
  Show(out, before, after);
  std::vector<std::string> texts;
  for (const Question& question : questions) texts.push_back(question.text);
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> answers,
                         AskService(address, texts, clock, context.stop));
  QuickstartReport report;
  for (size_t i = 0; i < questions.size(); ++i) {
    report.score.Add(questions[i], answers[i]);
  }
  out << "\n  " << report.score.ToString() << ", of questions that were not "
      << "in the data\n\n";

  report.image =
      absl::StrCat(ready.StringAt({"status", "output", "image"}), "@",
                   ready.StringAt({"status", "output", "digest"}));
  out << "5. The image " << report.image << " is pulled and loaded.\n"
      << std::flush;
  const std::string pulled = JoinPath(options.work_dir, "pulled");
  KAITO_RETURN_IF_ERROR(
      PullImage(options.runtime_program,
                absl::StrCat(registry, "/", manifests.workspace, "@",
                             ready.StringAt({"status", "output", "digest"})),
                pulled, clock, context.stop));
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> reloaded,
                         AskProgram({.runtime_program = options.runtime_program,
                                     .model_dir = options.model_dir,
                                     .adapter_dir = pulled},
                                    shown, clock, context.stop));
  if (reloaded != after) {
    return absl::DataLossError(
        absl::StrCat(report.image, ": the pulled adapter answers \"",
                     reloaded[0], "\", the served one \"", after[0], "\""));
  }
  return report;
}

}  // namespace kaito::controller
