#ifndef KAITO_BASE_YAML_PLACES_H_
#define KAITO_BASE_YAML_PLACES_H_

// Where in a YAML text each of its values is, so that an error in a field can
// say "line 12, column 5".
//
//   places.Find("spec.containers[0].image")
//   places.Find("metadata.labels[kaito.sh/workspace]")   // A name with a dot.
//   places.Nearest("training_config.LoraConfig.r")       // Even if it is
//   absent.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::yaml {

// Counted from 1; columns in bytes.
struct Place {
  int line = 1;
  int column = 1;

  bool operator==(const Place& other) const = default;
};

// "line 12, column 5".
std::string ToString(Place place);

class PlaceMap {
 public:
  // Where the value at a path begins; nullopt where there is none, or where an
  // alias or merge brought it. A path is names with dots between; an item of a
  // sequence is [number], and a name may be in brackets, too. "" is the root.
  std::optional<Place> Find(absl::string_view path) const;

  // The same for its key; of an item, and of the root, where the value begins.
  std::optional<Place> FindKey(absl::string_view path) const;

  // Where the key of the longest known part of the path is: for a field that is
  // absent, the object that should have it.
  Place Nearest(absl::string_view path) const;

  // For the one who builds it: adds the next child of `parent`, an index that
  // Add() returned before, or -1 for the root.
  int Add(int parent, absl::string_view name, Place key, Place value);

 private:
  struct Node {
    std::string name;  // Empty for items.
    Place key;
    Place value;
    int first_child = -1;
    int last_child = -1;
    int next_sibling = -1;
  };

  // The child that the front of `path` names, which is cut off; or -1.
  int Step(int parent, absl::string_view& path) const;
  int Child(int parent, absl::string_view name) const;
  int Item(int parent, int index) const;
  // The last node on the path, and whether it is the path's end.
  std::pair<int, bool> Walk(absl::string_view path) const;

  std::vector<Node> nodes_;  // The root in front.
};

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_PLACES_H_
