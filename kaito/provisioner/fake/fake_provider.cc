#include "kaito/provisioner/fake/fake_provider.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

void FakeProvider::Fail(absl::string_view verb, absl::Status status,
                        int64_t times) {
  MutexLock lock(mutex_);
  Trouble& trouble = troubles_[std::string(verb)];
  trouble.failure = std::move(status);
  trouble.failures = times;
}

void FakeProvider::LoseAnswer(absl::string_view verb, int64_t times) {
  MutexLock lock(mutex_);
  troubles_[std::string(verb)].losses = times;
}

void FakeProvider::Add(Instance instance) {
  MutexLock lock(mutex_);
  const std::string claim = instance.claim;
  entries_[claim].instance = std::move(instance);
}

void FakeProvider::Remove(absl::string_view claim) {
  MutexLock lock(mutex_);
  entries_.erase(std::string(claim));
}

std::vector<std::string> FakeProvider::claims() const {
  MutexLock lock(mutex_);
  std::vector<std::string> claims;
  for (const auto& [claim, entry] : entries_) claims.push_back(claim);
  return claims;
}

int64_t FakeProvider::made() const {
  MutexLock lock(mutex_);
  return made_;
}

InstanceRequest FakeProvider::request() const {
  MutexLock lock(mutex_);
  return request_;
}

absl::Status FakeProvider::Before(const std::string& verb) {
  Trouble& trouble = troubles_[verb];
  if (trouble.failures == 0) return absl::OkStatus();
  --trouble.failures;
  return trouble.failure;
}

absl::Status FakeProvider::After(const std::string& verb) {
  Trouble& trouble = troubles_[verb];
  if (trouble.losses == 0) return absl::OkStatus();
  --trouble.losses;
  return absl::UnavailableError("fake provider: the answer got lost");
}

absl::StatusOr<Instance> FakeProvider::Create(const InstanceRequest& request,
                                              const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(stop.status());
  MutexLock lock(mutex_);
  request_ = request;
  KAITO_RETURN_IF_ERROR(Before("create"));
  Entry& entry = entries_[request.claim];
  if (entry.instance.claim.empty()) {
    ++made_;
    entry.instance = {.claim = request.claim,
                      .provider_id = absl::StrCat("fake://", request.claim),
                      .node_name = options_.node_name,
                      .created = clock_.Now(),
                      .note = options_.note};
  }
  KAITO_RETURN_IF_ERROR(After("create"));
  return entry.instance;
}

absl::Status FakeProvider::Delete(absl::string_view claim,
                                  const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(stop.status());
  MutexLock lock(mutex_);
  KAITO_RETURN_IF_ERROR(Before("delete"));
  const auto found = entries_.find(std::string(claim));
  if (found == entries_.end()) {
    return absl::NotFoundError(absl::StrCat("fake provider: no ", claim));
  }
  if (++found->second.delete_calls >= options_.delete_calls) {
    entries_.erase(found);
  }
  return After("delete");
}

absl::StatusOr<std::vector<Instance>> FakeProvider::List(
    const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(stop.status());
  MutexLock lock(mutex_);
  KAITO_RETURN_IF_ERROR(Before("list"));
  std::vector<Instance> list;
  for (const auto& [claim, entry] : entries_) {
    if (entry.delete_calls == 0) list.push_back(entry.instance);
  }
  return list;
}

}  // namespace kaito::provisioner
