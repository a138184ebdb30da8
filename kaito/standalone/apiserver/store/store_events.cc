// The history as watches read it: from memory while it is there, else from the
// file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/standalone/apiserver/store/database.h"
#include "kaito/standalone/apiserver/store/expired.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/store/store_connection.h"

namespace kaito::apiserver {
absl::StatusOr<std::vector<StoreEventPtr>> Store::EventsAfter(int64_t version,
                                                              int64_t limit) {
  std::vector<StoreEventPtr> events;
  if (version >= version_.load()) return events;
  {
    MutexLock lock(recent_mutex_);
    if (!recent_.empty() && recent_.front()->version <= version + 1) {
      // Versions have no gaps.
      const int64_t skip = version + 1 - recent_.front()->version;
      for (size_t i = static_cast<size_t>(skip);
           i < recent_.size() && static_cast<int64_t>(events.size()) < limit;
           ++i) {
        events.push_back(recent_[i]);
      }
      return events;
    }
  }
  std::unique_ptr<StoreConnection> reader = TakeReader();
  const absl::Cleanup give_back = [&] { GiveBack(std::move(reader)); };
  if (version < compacted_.load()) return Expired(version);
  Statement& after = reader->events_after;
  const ScopedReset reset(after);
  after.Bind(1, version);
  after.Bind(2, limit);
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool row, after.Step());
    if (!row) return events;
    if (events.empty() && after.Integer(0) != version + 1) {
      return Expired(version);  // Compacted since.
    }
    events.push_back(std::make_shared<const StoreEvent>(
        StoreEvent{after.Integer(0),
                   static_cast<EventType>(after.Integer(1)),
                   {std::string(after.Text(2)), std::string(after.Text(3)),
                    std::string(after.Text(4))},
                   std::string(after.Text(5)),
                   std::string(after.Text(6))}));
  }
}

}  // namespace kaito::apiserver
