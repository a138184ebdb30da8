#include "kaito/cli/status/workspace_report.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {
namespace {

// More than one Workspace has, unless something is very wrong.
constexpr int64_t kMaxObjects = 50;
constexpr int64_t kMaxEvents = 100;

class Reader {
 public:
  Reader(kube::ApiClient& client, const kube::ObjectKey& key,
         const StopToken& stop, WorkspaceReport& report)
      : client_(client), key_(key), stop_(stop), report_(report) {}

  // The object of the Workspace's name.
  void Same(const api::KindInfo& kind) {
    absl::StatusOr<json::Value> object = client_.Get(kind.gvr(), key_, stop_);
    if (!object.ok()) return Note(kind, object.status());
    Add(kind, *std::move(object));
  }

  void Labelled(const api::KindInfo& kind) {
    std::string selector = absl::StrCat(api::label::kWorkspace, "=", key_.name);
    if (!kind.namespaced) {
      absl::StrAppend(&selector, ",", api::label::kWorkspaceNamespace, "=",
                      key_.ns);
    }
    absl::StatusOr<kube::ObjectList> list =
        client_.List(kind.gvr(), kind.namespaced ? key_.ns : "",
                     {.label_selector = selector, .limit = kMaxObjects}, stop_);
    if (!list.ok()) return Note(kind, list.status());
    for (json::Value& item : list->items) Add(kind, std::move(item));
  }

  void Events() {
    absl::StatusOr<kube::ObjectList> list = client_.List(
        api::Event::kKind.gvr(), key_.ns,
        {.field_selector = absl::StrCat("involvedObject.name=", key_.name),
         .limit = kMaxEvents},
        stop_);
    if (!list.ok()) return Note(api::Event::kKind, list.status());
    report_.events = std::move(list->items);
    std::stable_sort(report_.events.begin(), report_.events.end(),
                     [](const json::Value& a, const json::Value& b) {
                       return a.StringAt({"lastTimestamp"}) <
                              b.StringAt({"lastTimestamp"});
                     });
  }

 private:
  void Add(const api::KindInfo& kind, json::Value object) {
    object["kind"] = kind.kind;  // Items of a list may lack it.
    report_.objects.push_back(std::move(object));
  }

  // A kind that the cluster lacks, or an object that is not there, is no news.
  void Note(const api::KindInfo& kind, const absl::Status& status) {
    if (absl::IsNotFound(status) || stop_.stopped()) return;
    report_.notes.push_back(
        absl::StrCat(kind.kind, " not shown: ", status.message()));
  }

  kube::ApiClient& client_;
  const kube::ObjectKey& key_;
  const StopToken& stop_;
  WorkspaceReport& report_;
};

}  // namespace

absl::StatusOr<WorkspaceReport> ReadWorkspace(kube::ApiClient& client,
                                              const kube::ObjectKey& key,
                                              const StopToken& stop) {
  WorkspaceReport report;
  KAITO_ASSIGN_OR_RETURN(report.workspace,
                         client.Get(WorkspaceGvr(), key, stop));
  Reader reader(client, key, stop, report);
  reader.Labelled(api::Machine::kKind);
  reader.Labelled(api::NodeClaim::kKind);
  reader.Same(api::Job::kKind);
  reader.Same(api::Deployment::kKind);
  reader.Labelled(api::Pod::kKind);
  reader.Same(api::Service::kKind);
  reader.Events();
  if (stop.stopped()) return stop.status();
  return report;
}

}  // namespace kaito::cli
