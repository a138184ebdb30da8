// Whatever the text is, a configuration that is accepted must describe a
// decoder that can be laid out: shapes that fit each other, windows for each
// layer, frequencies that can be computed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/rope_config.h"
#include "kaito/runtime/model/tensor_names.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace runtime = ::kaito::runtime;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto model = runtime::ParseModelConfig(text);
  if (!model.ok()) return 0;
  const runtime::DecoderConfig& c = model->decoder;
  if (c.heads % c.kv_heads != 0 || c.rope.rotary_dim > c.head_dim ||
      static_cast<int64_t>(c.windows.size()) != c.layers) {
    std::abort();
  }
  for (const int64_t longest : {int64_t{1}, c.max_positions}) {
    const auto spec = runtime::MakeRopeSpec(c.rope, longest);
    if (!::kaito::kernels::RopeFrequencies(spec).ok()) std::abort();
  }
  for (const auto& tensor : runtime::WantedTensors(c, model->names)) {
    for (const int64_t dimension : tensor.shape) {
      if (dimension <= 0) std::abort();
    }
  }
  (void)runtime::ParseGenerationConfig(text, c);
  return 0;
}
