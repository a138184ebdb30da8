#include "kaito/kube/client/request_path.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

std::string CollectionPath(const api::GroupVersionResource& gvr,
                           absl::string_view ns) {
  std::string path = gvr.group.empty()
                         ? absl::StrCat("/api/", PercentEncode(gvr.version))
                         : absl::StrCat("/apis/", PercentEncode(gvr.group), "/",
                                        PercentEncode(gvr.version));
  if (!ns.empty()) absl::StrAppend(&path, "/namespaces/", PercentEncode(ns));
  absl::StrAppend(&path, "/", PercentEncode(gvr.resource));
  return path;
}

absl::StatusOr<std::string> ObjectPath(const api::GroupVersionResource& gvr,
                                       const ObjectKey& key,
                                       absl::string_view subresource) {
  const auto leads_away = [](absl::string_view segment) {
    return segment == "." || segment == ".." ||
           segment.find_first_of("/%") != absl::string_view::npos;
  };
  if (key.name.empty() || leads_away(key.name) || leads_away(key.ns)) {
    return absl::InvalidArgumentError(
        absl::StrCat(gvr.qualified_resource(), ": \"", key.ns, "/", key.name,
                     "\" can't be the name of an object"));
  }
  std::string path =
      absl::StrCat(CollectionPath(gvr, key.ns), "/", PercentEncode(key.name));
  if (!subresource.empty()) {
    absl::StrAppend(&path, "/", PercentEncode(subresource, "/"));
  }
  return path;
}

std::string AddQuery(std::string path, const QueryParameters& query) {
  char before = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    absl::StrAppend(&path, absl::string_view(&before, 1), name, "=",
                    PercentEncode(value));
    before = '&';
  }
  return path;
}

}  // namespace kaito::kube
