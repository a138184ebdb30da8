#include "kaito/operator/standalone.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/operator/admission/workspace_admission.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/server/api_server.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kWorkspaces = "workspaces.kaito.sh";

// The provider takes any instance type, and everything is on this machine.
api::ValidationFacts FactsOfThisMachine() {
  return {.presets = &BuiltInCatalog(), .allow_private_addresses = true};
}

apiserver::ResourceHooks WorkspaceHooks() {
  return {.set_defaults = DefaultWorkspace,
          .validate = [](const json::Value* before, const json::Value& after) {
            Judgement judgement =
                JudgeWorkspace(before, after, FactsOfThisMachine());
            return apiserver::AdmissionVerdict{
                .errors = std::move(judgement.errors),
                .warnings = std::move(judgement.warnings)};
          }};
}

absl::StatusOr<std::unique_ptr<apiserver::ApiServer>> StartServer(
    Clock& clock, const std::string& data_dir, int port) {
  return apiserver::ApiServer::Start(
      clock,
      {.data_dir = data_dir,
       .port = port,
       .definitions = {api::WorkspaceCrd({}), api::MachineCrd({}),
                       api::NodeClaimCrd({}), api::KaitoNodeClassCrd({})},
       .hooks = {{std::string(kWorkspaces), WorkspaceHooks()}}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Standalone>> Standalone::Start(
    Clock& clock, const StandaloneOptions& options) {
  KAITO_RETURN_IF_ERROR(MakeDirs(options.data_dir, 0700));
  std::unique_ptr<Standalone> standalone(new Standalone);
  absl::StatusOr<std::unique_ptr<apiserver::ApiServer>> server =
      StartServer(clock, options.data_dir, options.port);
  if (absl::IsUnavailable(server.status()) && options.port != 0) {
    KAITO_LOG(WARNING, "the API's port is taken, using a free one",
              {{"port", options.port}});
    server = StartServer(clock, options.data_dir, 0);
  }
  KAITO_RETURN_IF_ERROR(server.status());
  standalone->server_ = *std::move(server);

  const apiserver::Credentials& credentials =
      standalone->server_->credentials();
  KAITO_ASSIGN_OR_RETURN(
      standalone->client_,
      kube::HttpApiClient::Connect(
          clock,
          {.server = standalone->server_->url(),
           .ca_pem = credentials.authority_pem,
           .client_certificate_pem = credentials.client.certificate_pem,
           .client_key_pem = credentials.client.key_pem,
           .origin = "standalone"},
          {.user_agent = "kaito-operator",
           .limit = {.per_second = 1000, .burst = 1000}}));
  return standalone;
}

void Standalone::Stop(absl::Duration patience) { server_->Stop(patience); }

}  // namespace kaito::controller
