#ifndef KAITO_RUNTIME_DATASET_ROW_ENCODER_H_
#define KAITO_RUNTIME_DATASET_ROW_ENCODER_H_

// RowEncoder: makes token ids of a row, and marks those that are trained.
//
//   KAITO_ASSIGN_OR_RETURN(const RowEncoder encoder,
//                          RowEncoder::Make(*tokenizer, model_template, {}));
//   KAITO_ASSIGN_OR_RETURN(const EncodedRow row, encoder.Encode(data.rows[0]));
//
// What is trained, by default: the assistant's turns of a conversation with the
// token that ends each, the completion of a prompt with its end-of-text token,
// the whole of a plain text. The assistant's part is what {% generation %}
// blocks say or, in templates without them, what rendering the conversation up
// to each turn shows (chat_template/assistant_mask.h).
//
// Texts follow TRL: a plain text, or a prompt and completion, gets the
// end-of-text token unless it ends with it; a conversation gets what its
// template writes. Pure: the tokenizer must outlive it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {

struct RowEncoderOptions {
  // Longer rows are cut; 0 keeps all of them.
  int64_t max_length = 0;
  // Which end of a row that is too long is kept.
  enum class Keep { kStart, kEnd } keep = Keep::kStart;

  // TRL's two switches. A token of a row that has both parts, a prompt and turns
  // of an assistant, is trained where each switch that is on allows it.
  bool assistant_only = true;   // Of conversations: the assistant's turns.
  bool completion_only = true;  // Of prompt and completion: the latter.

  // A prompt and a completion become a user's and an assistant's message where
  // the model has a chat template; else they are joined as text, as TRL does.
  bool pairs_as_chat = true;

  // As KAITO's collator labels them: every token but the padding token (the
  // end-of-text token, where the model has none), whatever the switches say.
  bool kaito_labels = false;

  // For templates that ask for the date.
  absl::CivilSecond now;
};

class RowEncoder {
 public:
  // InvalidArgument for a template that can't be parsed.
  static absl::StatusOr<RowEncoder> Make(const Tokenizer& tokenizer,
                                         const ModelTemplate& model_template,
                                         const RowEncoderOptions& options);

  RowEncoder(RowEncoder&&) noexcept;
  RowEncoder& operator=(RowEncoder&&) noexcept;
  ~RowEncoder();

  bool has_chat_template() const;

  // InvalidArgument where the row is a conversation and the model has no chat
  // template. Other errors are this row's alone: a template that refuses it, or
  // whose turns can't be told apart.
  absl::StatusOr<EncodedRow> Encode(const Row& row) const;

 private:
  struct State;
  explicit RowEncoder(std::unique_ptr<const State> state);

  std::unique_ptr<const State> state_;  // Null only after a move.
};

struct EncodedRows {
  std::vector<EncodedRow> rows;
  // Rows that can't be encoded, or of which nothing is left to train on.
  std::vector<UnusableRow> dropped;
  int64_t truncated_rows = 0;
  int64_t tokens = 0;
  int64_t targets = 0;
};

// All rows of a data set. InvalidArgument where none is usable, with the first
// reason, and where a chat template is needed and not there.
absl::StatusOr<EncodedRows> EncodeRows(const RowEncoder& encoder,
                                       const Dataset& data);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ROW_ENCODER_H_
