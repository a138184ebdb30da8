#ifndef KAITO_API_META_GVK_H_
#define KAITO_API_META_GVK_H_

// What kinds of objects are called: in an object ("apiVersion: batch/v1, kind:
// Job") and in a URL ("/apis/batch/v1/.../jobs").
//
//   static constexpr KindInfo kKind = {.group = "batch", .version = "v1",
//                                      .kind = "Job", .plural = "jobs"};
//
//   KAITO_ASSIGN_OR_RETURN(const GroupVersion gv, ParseApiVersion("batch/v1"));

#include <compare>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::api {

struct GroupVersion {
  std::string group;  // Empty: the core kinds.
  std::string version;

  std::string ToString() const;  // "v1", "batch/v1": an object's apiVersion.
  auto operator<=>(const GroupVersion& other) const = default;
};

struct GroupVersionKind {
  std::string group;
  std::string version;
  std::string kind;

  std::string api_version() const;
  std::string ToString() const;  // "v1 Pod", "batch/v1 Job": for messages.
  auto operator<=>(const GroupVersionKind& other) const = default;
};

struct GroupVersionResource {
  std::string group;
  std::string version;
  std::string resource;  // Plural, lower case.

  // "pods", "jobs.batch": how kubectl and error messages name it.
  std::string qualified_resource() const;
  auto operator<=>(const GroupVersionResource& other) const = default;
};

// A kind that the program knows. Each top-level struct has one as its kKind.
struct KindInfo {
  absl::string_view group;
  absl::string_view version;
  absl::string_view kind;
  absl::string_view plural;
  bool namespaced = true;

  std::string api_version() const;
  GroupVersionKind gvk() const;
  GroupVersionResource gvr() const;
};

// The inverse of GroupVersion::ToString(). InvalidArgument where the text is
// empty, has more than one '/', or an empty part.
absl::StatusOr<GroupVersion> ParseApiVersion(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_META_GVK_H_
