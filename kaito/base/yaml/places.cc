#include "kaito/base/yaml/places.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kaito::yaml {

std::string ToString(Place place) {
  return absl::StrCat("line ", place.line, ", column ", place.column);
}

int PlaceMap::Add(int parent, absl::string_view name, Place key, Place value) {
  const int index = static_cast<int>(nodes_.size());
  nodes_.push_back({.name = std::string(name), .key = key, .value = value});
  if (parent < 0) return index;
  Node& p = nodes_[parent];
  (p.first_child < 0 ? p.first_child : nodes_[p.last_child].next_sibling) =
      index;
  p.last_child = index;
  return index;
}

int PlaceMap::Child(int parent, absl::string_view name) const {
  for (int i = nodes_[parent].first_child; i >= 0; i = nodes_[i].next_sibling) {
    if (nodes_[i].name == name) return i;
  }
  return -1;
}

int PlaceMap::Item(int parent, int index) const {
  for (int i = nodes_[parent].first_child; i >= 0; i = nodes_[i].next_sibling) {
    // Items have no name.
    if (index-- == 0) return nodes_[i].name.empty() ? i : -1;
  }
  return -1;
}

int PlaceMap::Step(int parent, absl::string_view& path) const {
  if (absl::ConsumePrefix(&path, "[")) {
    const size_t close = path.find(']');
    if (close == absl::string_view::npos) return -1;
    const absl::string_view name = path.substr(0, close);
    path.remove_prefix(close + 1);
    const int child = Child(parent, name);
    int index = 0;
    if (child >= 0 || !absl::SimpleAtoi(name, &index) || index < 0) {
      return child;
    }
    return Item(parent, index);
  }
  absl::ConsumePrefix(&path, ".");
  const absl::string_view name = path.substr(0, path.find_first_of(".["));
  path.remove_prefix(name.size());
  return Child(parent, name);
}

std::pair<int, bool> PlaceMap::Walk(absl::string_view path) const {
  int node = 0;
  while (!path.empty()) {
    const int child = Step(node, path);
    if (child < 0) return {node, false};
    node = child;
  }
  return {node, true};
}

std::optional<Place> PlaceMap::Find(absl::string_view path) const {
  if (nodes_.empty()) return std::nullopt;
  const auto [node, found] = Walk(path);
  return found ? std::optional(nodes_[node].value) : std::nullopt;
}

std::optional<Place> PlaceMap::FindKey(absl::string_view path) const {
  if (nodes_.empty()) return std::nullopt;
  const auto [node, found] = Walk(path);
  return found ? std::optional(nodes_[node].key) : std::nullopt;
}

Place PlaceMap::Nearest(absl::string_view path) const {
  if (nodes_.empty()) return Place();
  return nodes_[Walk(path).first].key;
}

}  // namespace kaito::yaml
