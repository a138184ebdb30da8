#ifndef KAITO_API_WORKSPACE_NODE_LABELS_H_
#define KAITO_API_WORKSPACE_NODE_LABELS_H_

// The labels by which a Workspace's nodes are found, and which created nodes
// get.

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/label_selector.h"

namespace kaito::api {

// Whether KAITO keeps its own books by this label. A selector that asks for one
// could take another Workspace's nodes.
bool IsReservedLabel(absl::string_view key);

// The labels that the selector asks for, without reserved ones. InvalidArgument
// where it cannot be written as labels.
absl::StatusOr<std::map<std::string, std::string>> NodeLabels(
    const LabelSelector& selector);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_NODE_LABELS_H_
