#ifndef KAITO_BASE_YAML_BUILDER_H_
#define KAITO_BASE_YAML_BUILDER_H_

// Turns yaml-cpp's events into a json::Value and a PlaceMap, and refuses what
// exceeds the limits before it is built. For yaml.cc alone: the methods throw
// Refused through yaml-cpp, which has no other way to be stopped.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/limits.h"
#include "kaito/base/yaml/places.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/mark.h"

namespace kaito::yaml {

// Why a text is refused, and where.
struct Refused {
  Place place;
  std::string reason;
};

Place ToPlace(const YAML::Mark& mark);

class Builder : public YAML::EventHandler {
 public:
  // `text` is what yaml-cpp reads; it and `options` must outlive this.
  Builder(absl::string_view text, const ReadOptions& options)
      : text_(text), options_(options) {}

  // The document that just ended.
  json::Value TakeValue() { return std::move(root_); }
  PlaceMap TakePlaces() { return std::move(places_); }
  // Where it began: at its "---", or else at its first node.
  Place start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { Close(); }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override;

 private:
  // What copying a value would cost.
  struct Cost {
    int64_t nodes = 0;
    int64_t bytes = 0;
    int depth = 0;  // 0 for a scalar.
  };
  struct Key {
    std::string name;
    Place place;
    bool merge = false;  // A plain "<<".
  };
  struct Entry {
    Key key;
    // 0 where the text has it, else which of the merged maps, from 1.
    int source = 0;
    json::Value value;
  };
  struct Frame {
    bool is_map = false;
    bool is_flow = false;
    YAML::anchor_t anchor = YAML::NullAnchor;
    Place start;
    int place = 0;  // In places_.
    Cost cost;
    std::optional<Key> key;  // Read, and its value not yet.
    std::vector<Entry> entries;
    json::Array items;
    int merged = 0;
  };
  struct Anchored {
    json::Value value;
    Cost cost;
  };

  [[noreturn]] void Refuse(Place place, absl::string_view reason) const;
  void CountNode(Place place);
  bool WantsKey() const;
  void CheckNull(const YAML::Mark& mark) const;
  bool IsFoldedAndKept(const YAML::Mark& mark) const;
  // Adds the place of a value that begins here.
  int AddPlace(Place place);
  void Open(const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor, YAML::EmitterStyle::value style,
            bool is_map);
  void Close();
  void TakeKey(Place place, std::string name, bool merge);
  // Puts a complete value where it belongs.
  void Put(json::Value value, const Cost& cost, YAML::anchor_t anchor,
           Place place);
  void Merge(Frame& frame, const json::Value& value, Place place);
  json::Value ToObject(Frame& frame) const;
  // Accounts for a copy of a value.
  void Charge(const Cost& cost, Place place);

  const absl::string_view text_;
  const ReadOptions& options_;
  int64_t nodes_ = 0;
  int64_t copied_bytes_ = 0;
  Place start_;
  json::Value root_;
  PlaceMap places_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_BUILDER_H_
