#ifndef KAITO_STANDALONE_TESTING_FAKE_API_CLIENT_H_
#define KAITO_STANDALONE_TESTING_FAKE_API_CLIENT_H_

// FakeApiClient: an ApiClient over objects in memory, with the parts of an API
// server's behaviour that controllers rely on: versions and conflicts, uids,
// generations, status apart from the rest, graceful deletion of pods,
// finalizers, watches from a version. For tests of controllers and the node
// agent alone; what a real server decides is tested against one.
//
//   FakeApiClient client(clock);
//   client.Put(api::Encode(pod));
//   ...
//   EXPECT_EQ(client.At("pods", "default", "p").StringAt({"status", "phase"}),
//             "Running");

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {

class FakeApiClient final : public kube::ApiClient {
 public:
  explicit FakeApiClient(Clock& clock) : clock_(clock) {}

  // An object as a test has it, with status and all; its kind tells where to.
  void Put(const json::Value& object) KAITO_EXCLUDES(mutex_);
  // null where there is none. By the plural.
  json::Value At(absl::string_view resource, absl::string_view ns,
                 absl::string_view name) const KAITO_EXCLUDES(mutex_);
  std::vector<json::Value> All(absl::string_view resource) const
      KAITO_EXCLUDES(mutex_);
  // How often something was created, changed or deleted.
  int64_t writes() const KAITO_EXCLUDES(mutex_);

  // Waits, in real time, until the predicate holds for the object (null: there
  // is none). False after 30 s.
  bool Await(absl::string_view resource, absl::string_view ns,
             absl::string_view name,
             absl::FunctionRef<bool(const json::Value&)> holds)
      KAITO_EXCLUDES(mutex_);

  absl::StatusOr<json::Value> Get(const api::GroupVersionResource& gvr,
                                  const kube::ObjectKey& key,
                                  const StopToken& stop) override;
  absl::StatusOr<kube::ObjectList> List(const api::GroupVersionResource& gvr,
                                        absl::string_view ns,
                                        const kube::ListOptions& options,
                                        const StopToken& stop) override;
  absl::Status Watch(const api::GroupVersionResource& gvr, absl::string_view ns,
                     const kube::WatchOptions& options,
                     absl::FunctionRef<absl::Status(kube::WatchEvent)> on_event,
                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Create(const api::GroupVersionResource& gvr,
                                     absl::string_view ns,
                                     const json::Value& object,
                                     const kube::WriteOptions& options,
                                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Update(const api::GroupVersionResource& gvr,
                                     const kube::ObjectKey& key,
                                     const json::Value& object,
                                     const kube::WriteOptions& options,
                                     const StopToken& stop) override;
  // Merge patches only.
  absl::StatusOr<json::Value> Patch(const api::GroupVersionResource& gvr,
                                    const kube::ObjectKey& key,
                                    kube::PatchType type,
                                    const json::Value& patch,
                                    const kube::WriteOptions& options,
                                    const StopToken& stop) override;
  absl::Status Delete(const api::GroupVersionResource& gvr,
                      const kube::ObjectKey& key,
                      const kube::DeleteOptions& options,
                      const StopToken& stop) override;
  absl::StatusOr<std::string> Log(const kube::ObjectKey& pod,
                                  const kube::LogOptions& options,
                                  const StopToken& stop) override;

 private:
  // Plural, namespace, name.
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Change {
    int64_t version = 0;
    std::string resource;
    kube::WatchEvent event;
  };

  json::Value Store(const Key& key, json::Value object,
                    kube::WatchEventType type) KAITO_REQUIRES(mutex_);
  absl::StatusOr<json::Value> Write(const api::GroupVersionResource& gvr,
                                    const Key& key, json::Value object,
                                    absl::string_view subresource)
      KAITO_REQUIRES(mutex_);
  void Remove(const Key& key) KAITO_REQUIRES(mutex_);

  Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  int64_t version_ KAITO_GUARDED_BY(mutex_) = 0;
  int64_t last_uid_ KAITO_GUARDED_BY(mutex_) = 0;
  std::map<Key, json::Value> objects_ KAITO_GUARDED_BY(mutex_);
  std::vector<Change> history_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_TESTING_FAKE_API_CLIENT_H_
