#include "kaito/runtime/train/tuning_data.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/dataset/data_report.h"
#include "kaito/runtime/dataset/data_settings.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/train/fingerprint.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {
namespace {}  // namespace

absl::StatusOr<TuningData> LoadTuningData(const Recipe& recipe,
                                          absl::Time now) {
  const std::string& model = recipe.model.directory;
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<const Tokenizer> tokenizer,
                         Tokenizer::Load(model));
  KAITO_ASSIGN_OR_RETURN(ModelTemplate chat, LoadModelTemplate(model));
  if (!recipe.model.chat_template.empty()) {
    KAITO_ASSIGN_OR_RETURN(chat.text,
                           StatedTemplate(recipe.model.chat_template));
  }
  RowEncoderOptions options = recipe.data.encoder;
  options.now = absl::ToCivilSecond(now, absl::UTCTimeZone());
  KAITO_ASSIGN_OR_RETURN(const RowEncoder encoder,
                         RowEncoder::Make(*tokenizer, chat, options));

  KAITO_ASSIGN_OR_RETURN(const Dataset data,
                         LoadDataset(recipe.data_paths, recipe.data.dataset));
  KAITO_ASSIGN_OR_RETURN(EncodedRows encoded, EncodeRows(encoder, data));
  TuningData result;
  result.digest = RowsDigest(encoded.rows);
  result.description =
      absl::StrCat(DescribeFiles(data), DescribeUnusable(data, data.unusable),
                   DescribeUnusable(data, encoded.dropped));
  KAITO_ASSIGN_OR_RETURN(SplitRows split,
                         Split(std::move(encoded.rows), recipe.data.split));
  result.train = std::move(split.train);
  result.eval = std::move(split.eval);
  return result;
}

absl::StatusOr<std::vector<PackedBatch>> EvalBatches(
    const std::vector<EncodedRow>& rows, int64_t max_tokens) {
  if (rows.empty()) return std::vector<PackedBatch>();
  KAITO_ASSIGN_OR_RETURN(
      const BatchPlan plan,
      BatchPlan::Make(rows,
                      {.rows_per_batch = static_cast<int64_t>(rows.size()),
                       .epochs = 1,
                       .shuffle = false,
                       .max_pass_tokens = max_tokens}));
  return BatchSource(plan).Next().passes;
}

int64_t LongestRow(const std::vector<EncodedRow>& rows) {
  int64_t longest = 0;
  for (const EncodedRow& row : rows) longest = std::max(longest, row.tokens());
  return longest;
}

}  // namespace kaito::runtime
