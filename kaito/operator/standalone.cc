#include "kaito/operator/standalone.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/operator/admission/default_workspace.h"
#include "kaito/operator/webhook/admission.h"
#include "kaito/provisioner/controller/provisioner.h"
#include "kaito/provisioner/local/local_provider.h"
#include "kaito/provisioner/local/node_host.h"
#include "kaito/provisioner/types/provider.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/server/api_server.h"
#include "kaito/standalone/network/address_block.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/local_nodes.h"
#include "kaito/standalone/node/node_agent.h"
#include "kaito/standalone/node/node_records.h"
#include "kaito/standalone/node/pod_log_answers.h"
#include "kaito/standalone/workloads/workloads.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kWorkspaces = "workspaces.kaito.sh";

apiserver::ResourceHooks WorkspaceHooks(bool allow_private_addresses) {
  return {
      .set_defaults = DefaultWorkspace,
      .validate = [allow_private_addresses](const json::Value* before,
                                            const json::Value& after) {
        // The provider takes any instance type.
        AdmissionVerdict verdict = Admit(
            before, after,
            {.facts = {.allow_private_addresses = allow_private_addresses}});
        return apiserver::AdmissionVerdict{
            .errors = std::move(verdict.errors),
            .warnings = std::move(verdict.warnings)};
      }};
}

// The provisioner's view of the node agent: neither knows the other.
class AgentHost final : public provisioner::NodeHost {
 public:
  explicit AgentHost(standalone::LocalNodes& nodes) : nodes_(nodes) {}

  absl::StatusOr<provisioner::HostedNode> Add(
      const provisioner::InstanceRequest& request) override {
    KAITO_ASSIGN_OR_RETURN(const standalone::LocalNode node,
                           nodes_.Add({.claim = request.claim,
                                       .labels = request.labels,
                                       .taints = request.taints}));
    return HostedOf(node);
  }
  absl::Status Remove(absl::string_view claim, const StopToken& stop) override {
    return nodes_.Remove(claim, stop);
  }
  std::vector<provisioner::HostedNode> List() override {
    std::vector<provisioner::HostedNode> hosted;
    for (const standalone::LocalNode& node : nodes_.Claimed()) {
      hosted.push_back(HostedOf(node));
    }
    return hosted;
  }

 private:
  static provisioner::HostedNode HostedOf(const standalone::LocalNode& node) {
    return {.claim = node.claim,
            .node_name = node.name,
            .provider_id = node.provider_id,
            .created = node.created};
  }

  standalone::LocalNodes& nodes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Standalone>> Standalone::Start(
    Clock& clock, const StandaloneOptions& options) {
  KAITO_RETURN_IF_ERROR(MakeDirs(options.data_dir, 0700));
  std::unique_ptr<Standalone> standalone(new Standalone);
  KAITO_RETURN_IF_ERROR(standalone->StartApi(clock, options));
  KAITO_RETURN_IF_ERROR(standalone->StartNode(clock, options));
  return standalone;
}

absl::StatusOr<std::unique_ptr<apiserver::ApiServer>> Standalone::StartServer(
    Clock& clock, const StandaloneOptions& options, int port) {
  // Not before the server has locked the directory: the block of addresses is
  // recorded there.
  const auto service_range = [this, data_dir = options.data_dir]()
      -> absl::StatusOr<apiserver::ServiceRange> {
    if (network_ == nullptr) {
      KAITO_ASSIGN_OR_RETURN(network_, standalone::Network::Create(data_dir));
    }
    const standalone::AddressRange range = network_->service_range();
    return apiserver::ServiceRange{.first = range.first, .last = range.last};
  };
  return apiserver::ApiServer::Start(
      clock,
      {.data_dir = options.data_dir,
       .port = port,
       .definitions = {api::WorkspaceCrd({}), api::MachineCrd({}),
                       api::NodeClaimCrd({}), api::KaitoNodeClassCrd({})},
       .hooks = {{std::string(kWorkspaces),
                  WorkspaceHooks(options.allow_private_addresses)}},
       .service_range = service_range,
       .pod_logs = logs_->function(),
       .pod_attach = logs_->refusal()});
}

absl::Status Standalone::StartApi(Clock& clock,
                                  const StandaloneOptions& options) {
  KAITO_ASSIGN_OR_RETURN(logs_, standalone::PodLogAnswers::Create(clock));
  absl::StatusOr<std::unique_ptr<apiserver::ApiServer>> server =
      StartServer(clock, options, options.port);
  if (absl::IsUnavailable(server.status()) && options.port != 0) {
    KAITO_LOG(WARNING, "the API's port is taken, using a free one",
              {{"port", options.port}});
    server = StartServer(clock, options, 0);
  }
  KAITO_RETURN_IF_ERROR(server.status());
  server_ = *std::move(server);

  const apiserver::Credentials& credentials = server_->credentials();
  KAITO_ASSIGN_OR_RETURN(
      client_,
      kube::HttpApiClient::Connect(
          clock,
          {.server = server_->url(),
           .ca_pem = credentials.authority_pem,
           .client_certificate_pem = credentials.client.certificate_pem,
           .client_key_pem = credentials.client.key_pem,
           .origin = "standalone"},
          // The server is this process's own: nobody else needs protection.
          {.user_agent = "kaito-operator",
           .limit = {.per_second = 1000, .burst = 1000}}));
  return absl::OkStatus();
}

absl::Status Standalone::StartNode(Clock& clock,
                                   const StandaloneOptions& options) {
  standalone::Network& network = *network_;
  standalone::NodeAgentOptions agent = {
      .data_dir = options.data_dir,
      .node_name = options.node_name,
      .images =
          standalone::StandardImages({.runtime = options.runtime_program,
                                      .runtime_images = options.runtime_images,
                                      .locate = options.find_tool})};
  standalone::UseNetwork(network, agent);
  KAITO_ASSIGN_OR_RETURN(agent_, standalone::StartNodeAgent(
                                     agent, *client_, clock, stop_.token()));
  logs_->SetAgent(agent_.get());
  KAITO_ASSIGN_OR_RETURN(
      workloads_,
      standalone::StartWorkloads(*client_, clock, network, stop_.token()));
  host_ = std::make_unique<AgentHost>(agent_->nodes());
  provider_ = std::make_unique<provisioner::LocalProvider>(
      provisioner::LocalProviderOptions{
          .node_name = agent_->nodes().name(),
          .machine = provisioner::DescribeThisMachine("/"),
          .host = host_.get()});
  KAITO_ASSIGN_OR_RETURN(provisioner_,
                         provisioner::StartProvisioner(
                             *client_, *provider_, clock,
                             {.instance = options.node_name}, stop_.token()));
  return absl::OkStatus();
}

void Standalone::Stop() {
  if (server_ == nullptr) return;
  // No new pods; then, while the API still answers, the end of those that run.
  workloads_.reset();
  logs_->Stop();
  if (agent_ != nullptr) agent_->ShutDown();
  stop_.RequestStop();
  provisioner_.reset();
  agent_.reset();
  server_->Stop(absl::Seconds(2));
  client_.reset();
  server_.reset();
}

}  // namespace kaito::controller
