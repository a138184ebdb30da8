#include "kaito/base/yaml/builder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/characters.h"
#include "kaito/base/yaml/limits.h"
#include "kaito/base/yaml/places.h"
#include "kaito/base/yaml/scalar.h"

namespace kaito::yaml {
namespace {

// How yaml-cpp marks a node without a tag: "?" if plain, "!" if quoted. An
// explicit "!" means the same as quotes.
constexpr absl::string_view kPlainTag = "?";
constexpr absl::string_view kQuotedTag = "!";
constexpr absl::string_view kStringTag = "tag:yaml.org,2002:str";

// What error messages show of a name.
std::string Shown(absl::string_view name) {
  constexpr size_t kShownBytes = 100;
  return json::Quote(name.substr(0, kShownBytes));
}

// A number as kubectl's JSON holds it: whole ones are integers.
json::Value Number(double d) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (d == std::floor(d) && d > -kLimit && d < kLimit) {
    return json::Value(static_cast<int64_t>(d));
  }
  return json::Value(d);
}

}  // namespace

Place ToPlace(const YAML::Mark& mark) {
  // yaml-cpp has a mark of -1 for "nowhere".
  return {.line = std::max(mark.line, 0) + 1,
          .column = std::max(mark.column, 0) + 1};
}

void Builder::Refuse(Place place, absl::string_view reason) const {
  throw Refused{place, std::string(reason)};
}

void Builder::CountNode(Place place) {
  if (++nodes_ > options_.max_nodes) {
    Refuse(place, absl::StrCat("more than ", options_.max_nodes,
                               " values, the limit here"));
  }
}

bool Builder::WantsKey() const {
  return !frames_.empty() && frames_.back().is_map &&
         !frames_.back().key.has_value();
}

int Builder::AddPlace(Place place) {
  if (frames_.empty()) return places_.Add(-1, "", place, place);
  const Frame& parent = frames_.back();
  if (!parent.is_map) return places_.Add(parent.place, "", place, place);
  return places_.Add(parent.place, parent.key->name, parent.key->place, place);
}

void Builder::OnDocumentStart(const YAML::Mark& mark) {
  start_ = ToPlace(mark);
  root_ = json::Value();
  places_ = PlaceMap();
  frames_.clear();
  anchors_.clear();
}

void Builder::OnAnchor(const YAML::Mark& mark, const std::string& name) {
  if (options_.allow_aliases) return;
  Refuse(ToPlace(mark), absl::StrCat("anchor &", Shown(name),
                                     ": anchors and aliases aren't allowed "
                                     "here; write the value out"));
}

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Place place = ToPlace(mark);
  CountNode(place);
  if (WantsKey()) Refuse(place, "a key is missing or null; put null in quotes");
  CheckNull(mark);
  AddPlace(place);
  Put(json::Value(), Cost{.nodes = 1}, anchor, place);
}

// Nothing where a value should be is null; but yaml-cpp also says null where
// the text is wrong, or where YAML 1.1 and 1.2 differ.
void Builder::CheckNull(const YAML::Mark& mark) const {
  if (frames_.empty()) return;
  const Frame& frame = frames_.back();
  const Place place = ToPlace(mark);
  if (frame.is_map && !frame.is_flow && frame.key->place == place) {
    // A last line without a colon. The mark of its null is the key's own.
    Refuse(place, "this is no \"key: value\"; a colon is missing");
  }
  const auto at = [&](int offset) {
    const int64_t i = int64_t{mark.pos} + offset;
    return i >= 0 && i < static_cast<int64_t>(text_.size()) ? text_[i] : ' ';
  };
  if (!frame.is_map && frame.is_flow && at(0) == ',') {
    Refuse(place, "a value is missing before the comma");  // [a, , b]
  }
  if (frame.is_map && frame.is_flow && at(-1) == ':' && at(-2) != '"' &&
      at(-2) != '\'') {
    // {a:} has the key "a:" in YAML 1.1.
    Refuse(place, "a space must follow the colon");
  }
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Place place = ToPlace(mark);
  // Without aliases there is no anchor, so yaml-cpp refuses the alias itself.
  if (WantsKey()) Refuse(place, "an alias can't be a key");
  const auto it = anchors_.find(anchor);
  if (it == anchors_.end()) {
    Refuse(place, "the alias stands inside of its own anchor");
  }
  Charge(it->second.cost, place);
  AddPlace(place);
  Put(it->second.value, it->second.cost, YAML::NullAnchor, place);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, const std::string& text) {
  const Place place = ToPlace(mark);
  CountNode(place);
  const Cost cost = {.nodes = 1, .bytes = static_cast<int64_t>(text.size())};
  // yaml-cpp's reading of two escapes.
  if (!IsUtf8(text)) {
    Refuse(place, "\\N and \\_ aren't supported; write \\u0085 and \\u00a0");
  }
  if (IsFoldedAndKept(mark)) {
    Refuse(place, "\">+\" isn't supported; use \"|+\"");
  }
  if (tag != kPlainTag && tag != kQuotedTag && tag != kStringTag) {
    Refuse(place, absl::StrCat("tag ", Shown(tag), ": only !!str is allowed"));
  }
  json::Value value = tag == kPlainTag ? ResolvePlain(text) : json::Value(text);
  if (WantsKey()) {
    if (value.is_null()) Refuse(place, "a key is null; put it in quotes");
    if (value.is_double()) {
      Refuse(place, absl::StrCat("key ", Shown(text),
                                 " is a number that isn't an integer; put it "
                                 "in quotes"));
    }
    std::string name = text;
    if (const auto b = value.boolean()) name = *b ? "true" : "false";
    if (const auto n = value.integer()) name = absl::StrCat(*n);
    if (anchor != YAML::NullAnchor) {
      Charge(cost, place);
      anchors_[anchor] = {std::move(value), cost};
    }
    TakeKey(place, std::move(name), tag == kPlainTag && text == "<<");
    return;
  }
  if (value.is_double()) {
    if (!std::isfinite(*value.number())) {
      Refuse(place, absl::StrCat(text,
                                 " can't be held in JSON; put it in "
                                 "quotes if it is meant as text"));
    }
    value = Number(*value.number());
  }
  AddPlace(place);
  Put(std::move(value), cost, anchor, place);
}

// Whether a scalar is a folded block that keeps its last line breaks (">+"), of
// which yaml-cpp loses one.
bool Builder::IsFoldedAndKept(const YAML::Mark& mark) const {
  if (mark.pos < 0 || static_cast<size_t>(mark.pos) >= text_.size()) {
    return false;
  }
  absl::string_view text = text_.substr(mark.pos);
  while (!text.empty() && (text[0] == '!' || text[0] == '&')) {
    text.remove_prefix(std::min(text.find_first_of(" \t\n"), text.size()));
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  // An indentation's digit may stand before or behind the "+".
  return absl::StartsWith(text, ">") &&
         absl::StrContains(text.substr(1, 2), '+');
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                              YAML::anchor_t anchor,
                              YAML::EmitterStyle::value style) {
  Open(mark, tag, anchor, style, /*is_map=*/false);
}

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) {
  Open(mark, tag, anchor, style, /*is_map=*/true);
}

void Builder::Open(const YAML::Mark& mark, const std::string& tag,
                   YAML::anchor_t anchor, YAML::EmitterStyle::value style,
                   bool is_map) {
  const Place place = ToPlace(mark);
  CountNode(place);
  if (WantsKey()) {
    // A bracket that is never closed looks like this, too.
    Refuse(place,
           style == YAML::EmitterStyle::Flow
               ? "a map or sequence can't be a key; is it closed and complete?"
               : "a map or sequence can't be a key");
  }
  if (tag != kPlainTag) {
    Refuse(place, absl::StrCat("tag ", Shown(tag),
                               " on a map or sequence isn't allowed"));
  }
  if (static_cast<int>(frames_.size()) >= options_.max_depth) {
    Refuse(place, absl::StrCat("nested deeper than ", options_.max_depth));
  }
  Frame frame;
  frame.is_map = is_map;
  frame.is_flow = style == YAML::EmitterStyle::Flow;
  frame.anchor = anchor;
  frame.start = place;
  frame.place = AddPlace(place);
  frame.cost = {.nodes = 1, .depth = 1};
  frames_.push_back(std::move(frame));
}

void Builder::Close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  json::Value value =
      frame.is_map ? ToObject(frame) : json::Value(std::move(frame.items));
  Put(std::move(value), frame.cost, frame.anchor, frame.start);
}

void Builder::TakeKey(Place place, std::string name, bool merge) {
  if (merge && !options_.allow_aliases) {
    Refuse(place,
           "merge keys (<<) aren't allowed here; write the fields out, or put "
           "<< in quotes");
  }
  Frame& frame = frames_.back();
  ++frame.cost.nodes;
  frame.cost.bytes += static_cast<int64_t>(name.size());
  frame.key = Key{std::move(name), place, merge};
}

void Builder::Put(json::Value value, const Cost& cost, YAML::anchor_t anchor,
                  Place place) {
  if (anchor != YAML::NullAnchor) {
    Charge(cost, place);
    anchors_[anchor] = {value, cost};
  }
  if (frames_.empty()) {
    root_ = std::move(value);
    return;
  }
  Frame& frame = frames_.back();
  frame.cost.nodes += cost.nodes;
  frame.cost.bytes += cost.bytes;
  // What is merged moves up by the map that held it.
  const bool merge = frame.is_map && frame.key->merge;
  const int depth = cost.depth + (merge ? 0 : 1);
  frame.cost.depth = std::max(frame.cost.depth, depth);
  if (static_cast<int>(frames_.size()) - 1 + depth > options_.max_depth) {
    Refuse(place, absl::StrCat("nested deeper than ", options_.max_depth));
  }
  if (!frame.is_map) {
    frame.items.push_back(std::move(value));
    return;
  }
  Key key = *std::move(frame.key);
  frame.key.reset();
  if (!key.merge) {
    frame.entries.push_back({.key = std::move(key), .value = std::move(value)});
  } else if (const json::Array* several = value.array()) {
    for (const json::Value& one : *several) Merge(frame, one, key.place);
  } else {
    Merge(frame, value, key.place);
  }
}

void Builder::Merge(Frame& frame, const json::Value& value, Place place) {
  const json::Object* object = value.object();
  if (object == nullptr) {
    Refuse(place, absl::StrCat("<< needs a map, or a sequence of maps, not ",
                               value.type_name()));
  }
  ++frame.merged;
  for (const json::Member& member : *object) {
    frame.entries.push_back({.key = {.name = member.name, .place = place},
                             .source = frame.merged,
                             .value = member.value});
  }
}

json::Value Builder::ToObject(Frame& frame) const {
  // Sorted first: members that come in order cost the object no moves.
  std::stable_sort(frame.entries.begin(), frame.entries.end(),
                   [](const Entry& a, const Entry& b) {
                     if (const int c = a.key.name.compare(b.key.name)) {
                       return c < 0;
                     }
                     return a.source < b.source;
                   });
  json::Object object;
  object.reserve(frame.entries.size());
  const Entry* previous = nullptr;
  for (Entry& entry : frame.entries) {
    if (previous != nullptr && previous->key.name == entry.key.name) {
      // Of merged fields, the text's own and then the first map's win.
      if (entry.source > 0) continue;
      Refuse(entry.key.place,
             absl::StrCat("key ", Shown(entry.key.name), " is already at ",
                          ToString(previous->key.place)));
    }
    object[entry.key.name] = std::move(entry.value);
    previous = &entry;
  }
  return object;
}

void Builder::Charge(const Cost& cost, Place place) {
  nodes_ += cost.nodes;
  copied_bytes_ += cost.bytes;
  if (nodes_ > options_.max_nodes || copied_bytes_ > options_.max_bytes) {
    Refuse(place, absl::StrCat("aliases make the text larger than ",
                               options_.max_nodes, " values or ",
                               options_.max_bytes, " bytes"));
  }
}

}  // namespace kaito::yaml
