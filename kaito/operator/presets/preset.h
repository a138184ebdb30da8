#ifndef KAITO_OPERATOR_PRESETS_PRESET_H_
#define KAITO_OPERATOR_PRESETS_PRESET_H_

// Preset: what the operator knows of a model of its catalogue, before any of
// its files is seen: what it is called, where it comes from, what it needs.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::controller {

// The sizes that memory is reckoned from (estimate/).
struct DecoderShape {
  int64_t layers = 0;
  int64_t hidden = 0;
  int64_t intermediate = 0;  // Width of the MLP.
  int64_t query_width = 0;   // Heads times their width.
  int64_t kv_width = 0;      // Key-value heads times their width.
  int64_t vocabulary = 0;
  bool tied_embeddings = false;  // The last layer is the first one's matrix.
};

struct Preset {
  std::string name;       // Lower case: "phi-4".
  std::string hub_id;     // "microsoft/phi-4"; empty: not on the hub.
  std::string image_tag;  // Of the image kaito-<name>; empty: there is none.
  int64_t weights_bytes = 0;  // As they are stored.
  int64_t disk_bytes = 0;     // What a node's disk needs for them and images.
  int64_t token_limit = 0;
  int64_t gpus = 1;  // The fewest that serve it unquantised.
  DecoderShape shape;
  bool tunable = true;
  bool gated = false;        // The hub gives it only to who shows a token.
  bool deprecated = false;   // Known, and no longer served.
  bool cpu_allowed = false;  // Small enough for a node without GPU.
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PRESETS_PRESET_H_
