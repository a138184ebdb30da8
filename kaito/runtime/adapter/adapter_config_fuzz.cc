// Whatever adapter_config.json says, what is accepted comes back equal from the
// text that is written of it, and selects modules without mishap.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/target_match.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace runtime = ::kaito::runtime;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = ::kaito::json::Parse(text, {.max_depth = 16});
  if (!value.ok()) return 0;
  auto parsed = runtime::ParseAdapterConfig(*value);
  if (!parsed.ok()) return 0;

  const runtime::DecoderConfig decoder = {.family = "phi3",
                                          .hidden_size = 8,
                                          .layers = 2,
                                          .heads = 2,
                                          .kv_heads = 1,
                                          .head_dim = 4,
                                          .intermediate_size = 16,
                                          .fused_qkv = true};
  const runtime::TensorNames names;
  const auto match = runtime::MatchTargets(parsed->config, decoder, names);
  if (match.ok()) {
    if (match->linears.empty()) std::abort();
    // The same modules with the words that PEFT understands.
    const auto again = runtime::MatchTargets(
        runtime::Resolved(parsed->config, *match, decoder, names), decoder,
        names);
    if (!again.ok() || again->linears.size() != match->linears.size()) {
      std::abort();
    }
  }
  parsed->config.excluded = {};
  const auto written =
      runtime::ParseAdapterConfig(runtime::FormatAdapterConfig(parsed->config));
  if (!written.ok() || !(written->config == parsed->config)) std::abort();
  return 0;
}
