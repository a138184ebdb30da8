#ifndef KAITO_RUNTIME_DATASET_DATA_REPORT_H_
#define KAITO_RUNTIME_DATASET_DATA_REPORT_H_

// What `runtime data` says about a data set: which rows are used, how many
// tokens they have, and of single rows which tokens are trained on. Pure; lines
// of text for people.

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {

// Files with their formats, and how many rows were read.
std::string DescribeFiles(const Dataset& data);

// A line for each row that is left out, up to a hundred.
std::string DescribeUnusable(const Dataset& data,
                             const std::vector<UnusableRow>& rows);

// Tokens in all and in a histogram of rows' lengths.
std::string DescribeTokens(const EncodedRows& encoded);

// One line a token: its id, "+" where it is trained on, and its text.
std::string DescribeRow(const EncodedRow& row, const Tokenizer& tokenizer);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_DATA_REPORT_H_
