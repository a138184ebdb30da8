#ifndef KAITO_PROVISIONER_FAKE_FAKE_PROVIDER_H_
#define KAITO_PROVISIONER_FAKE_FAKE_PROVIDER_H_

// FakeProvider: instances in memory, with failures and delays on demand. For
// tests; it keeps the promises that Provider makes.
//
//   FakeProvider provider(clock, {});
//   provider.Fail("create", absl::ResourceExhaustedError("no V100"), 2);
//   provider.LoseAnswer("create", 1);     // Done, but nobody hears of it.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

struct FakeProviderOptions {
  bool keeps_nodes = false;
  std::string node_name;     // Of every instance; empty: nobody knows it.
  int64_t delete_calls = 1;  // That an instance takes to go.
  std::string note;
};

// Thread-safe.
class FakeProvider final : public Provider {
 public:
  FakeProvider(Clock& clock, FakeProviderOptions options)
      : clock_(clock), options_(std::move(options)) {}

  // The next `times` calls of that verb: create, delete or list.
  void Fail(absl::string_view verb, absl::Status status, int64_t times)
      KAITO_EXCLUDES(mutex_);
  void LoseAnswer(absl::string_view verb, int64_t times) KAITO_EXCLUDES(mutex_);
  // An instance that no claim knows of, or that vanishes.
  void Add(Instance instance) KAITO_EXCLUDES(mutex_);
  void Remove(absl::string_view claim) KAITO_EXCLUDES(mutex_);

  std::vector<std::string> claims() const KAITO_EXCLUDES(mutex_);
  // Instances that were really made.
  int64_t made() const KAITO_EXCLUDES(mutex_);
  // The last request.
  InstanceRequest request() const KAITO_EXCLUDES(mutex_);

  absl::string_view name() const override { return "fake"; }
  bool KeepsNode(absl::string_view) const override {
    return options_.keeps_nodes;
  }
  absl::StatusOr<Instance> Create(const InstanceRequest& request,
                                  const StopToken& stop) override;
  absl::Status Delete(absl::string_view claim, const StopToken& stop) override;
  absl::StatusOr<std::vector<Instance>> List(const StopToken& stop) override;

 private:
  struct Trouble {
    absl::Status failure;
    int64_t failures = 0;
    int64_t losses = 0;
  };
  struct Entry {
    Instance instance;
    int64_t delete_calls = 0;
  };

  absl::Status Before(const std::string& verb) KAITO_REQUIRES(mutex_);
  absl::Status After(const std::string& verb) KAITO_REQUIRES(mutex_);

  Clock& clock_;
  const FakeProviderOptions options_;
  mutable Mutex mutex_;
  std::map<std::string, Trouble> troubles_ KAITO_GUARDED_BY(mutex_);
  std::map<std::string, Entry> entries_ KAITO_GUARDED_BY(mutex_);
  InstanceRequest request_ KAITO_GUARDED_BY(mutex_);
  int64_t made_ KAITO_GUARDED_BY(mutex_) = 0;
};

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_FAKE_FAKE_PROVIDER_H_
