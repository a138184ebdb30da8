// The plug-in that reads Parquet and Arrow files; see arrow_plugin_api.h and ADR
// 0002. The only code of the runtime that links Arrow. Files may come from
// anyone: every batch is validated in full, page checksums are verified, and
// memory is capped.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "arrow/api.h"
#include "arrow/io/file.h"
#include "arrow/ipc/reader.h"
#include "arrow/memory_pool.h"
#include "kaito/runtime/dataset/arrow_json.h"
#include "kaito/runtime/dataset/arrow_plugin_api.h"
#include "parquet/arrow/reader.h"
#include "parquet/properties.h"

namespace kaito::runtime {
namespace {

// Rows at a time; each is a conversation of some kilobytes.
constexpr int64_t kBatchRows = 1024;
// Of Arrow's buffers: a row group of a compressed column, and a batch of it.
constexpr int64_t kMaxPoolBytes = int64_t{2} << 30;
// Schemas nest messages, tools and their parameters: a dozen levels.
constexpr int kMaxDepth = 64;
constexpr int kMaxNamesShown = 8;

int DepthOf(const arrow::DataType& type) {
  int deepest = 0;
  for (const std::shared_ptr<arrow::Field>& field : type.fields()) {
    deepest = std::max(deepest, DepthOf(*field->type()));
  }
  return deepest + 1;
}

class Reader {
 public:
  explicit Reader(const char* columns) {
    std::istringstream lines(columns);
    for (std::string line; std::getline(lines, line);) wanted_.insert(line);
  }

  arrow::Status OpenParquet(const std::string& path) {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::MemoryMappedFile::Open(
                                         path, arrow::io::FileMode::READ));
    ARROW_ASSIGN_OR_RAISE(const auto begin, file->ReadAt(0, 4));
    if (begin->ToString() != "PAR1") {
      return arrow::Status::Invalid("does not begin with PAR1");
    }
    parquet::ReaderProperties properties(&pool_);
    properties.set_page_checksum_verification(true);
    parquet::ArrowReaderProperties arrow_properties;
    arrow_properties.set_batch_size(kBatchRows);
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(std::move(file), properties));
    builder.memory_pool(&pool_)->properties(arrow_properties);
    ARROW_RETURN_NOT_OK(builder.Build(&parquet_));
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(parquet_->GetSchema(&schema));
    ARROW_RETURN_NOT_OK(CheckSchema(*schema));
    std::vector<int> leaves;
    const parquet::SchemaDescriptor& descriptor =
        *parquet_->parquet_reader()->metadata()->schema();
    for (int i = 0; i < descriptor.num_columns(); ++i) {
      if (wanted_.contains(descriptor.GetColumnRoot(i)->name())) {
        leaves.push_back(i);
      }
    }
    std::vector<int> groups(static_cast<size_t>(parquet_->num_row_groups()));
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    ARROW_ASSIGN_OR_RAISE(batches_,
                          parquet_->GetRecordBatchReader(groups, leaves));
    return arrow::Status::OK();
  }

  arrow::Status OpenIpc(const std::string& path) {
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::MemoryMappedFile::Open(
                                         path, arrow::io::FileMode::READ));
    ARROW_ASSIGN_OR_RAISE(const auto begin, file->ReadAt(0, 6));
    arrow::ipc::IpcReadOptions options;
    options.memory_pool = &pool_;
    if (begin->ToString() == "ARROW1") {
      ARROW_ASSIGN_OR_RAISE(
          ipc_, arrow::ipc::RecordBatchFileReader::Open(file, options));
      return CheckSchema(*ipc_->schema());
    }
    ARROW_ASSIGN_OR_RAISE(
        batches_, arrow::ipc::RecordBatchStreamReader::Open(file, options));
    return CheckSchema(*batches_->schema());
  }

  arrow::Status Next(KaitoArrowBatch* out) {
    json_.clear();
    std::shared_ptr<arrow::RecordBatch> batch;
    do {
      ARROW_RETURN_NOT_OK(ReadBatch(&batch));
    } while (batch != nullptr && batch->num_rows() == 0);
    *out = {};
    if (batch == nullptr) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      ARROW_RETURN_NOT_OK(AppendRow(*batch, row));
    }
    *out = {json_.data(), static_cast<int64_t>(json_.size()),
            batch->num_rows()};
    return arrow::Status::OK();
  }

 private:
  arrow::Status CheckSchema(const arrow::Schema& schema) {
    std::string names;
    bool known = false;
    for (int i = 0; i < schema.num_fields(); ++i) {
      const arrow::Field& field = *schema.field(i);
      if (i < kMaxNamesShown) names += (i > 0 ? ", " : "") + field.name();
      if (i == kMaxNamesShown) names += ", ...";
      if (!wanted_.contains(field.name())) continue;
      known = true;
      if (schema.GetAllFieldIndices(field.name()).size() != 1) {
        return arrow::Status::Invalid("column ", field.name(),
                                      " is there twice");
      }
      if (DepthOf(*field.type()) > kMaxDepth) {
        return arrow::Status::Invalid("column ", field.name(),
                                      " nests more than ", kMaxDepth, " types");
      }
    }
    if (known) return arrow::Status::OK();
    return arrow::Status::Invalid(
        "no column messages, conversations, prompt and completion, instruction "
        "and response, or text (or those of the configuration); it has: ",
        names);
  }

  arrow::Status ReadBatch(std::shared_ptr<arrow::RecordBatch>* batch) {
    if (batches_ != nullptr) return batches_->ReadNext(batch);
    batch->reset();
    if (next_ipc_ == ipc_->num_record_batches()) return arrow::Status::OK();
    return ipc_->ReadRecordBatch(next_ipc_++).Value(batch);
  }

  arrow::Status AppendRow(const arrow::RecordBatch& batch, int64_t row) {
    json_ += '{';
    bool first = true;
    for (int i = 0; i < batch.num_columns(); ++i) {
      const std::string& name = batch.column_name(i);
      if (!wanted_.contains(name)) continue;
      if (!first) json_ += ',';
      first = false;
      AppendQuoted(name, &json_);
      json_ += ':';
      const arrow::Status appended = AppendValue(*batch.column(i), row, &json_);
      if (!appended.ok()) {
        return appended.WithMessage("column ", name, ": ", appended.message());
      }
    }
    json_ += "}\n";
    return arrow::Status::OK();
  }

  arrow::CappedMemoryPool pool_{arrow::default_memory_pool(), kMaxPoolBytes};
  std::set<std::string, std::less<>> wanted_;
  std::unique_ptr<parquet::arrow::FileReader> parquet_;
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> ipc_;
  int next_ipc_ = 0;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
  std::string json_;
};

void SetError(const std::string& message, KaitoArrowError* error) {
  std::snprintf(error->text, sizeof error->text, "%s", message.c_str());
}

// What Arrow returns and what Parquet throws, both as text.
template <typename Call>
bool Guarded(KaitoArrowError* error, const Call& call) {
  try {
    const arrow::Status status = call();
    if (status.ok()) return true;
    SetError(status.message(), error);
  } catch (const std::exception& e) {
    SetError(e.what(), error);
  } catch (...) {
    SetError("an unknown error", error);
  }
  return false;
}

}  // namespace
}  // namespace kaito::runtime

#define KAITO_EXPORT extern "C" __attribute__((visibility("default")))

KAITO_EXPORT void* kaito_arrow_open(const char* path, int parquet,
                                    const char* columns,
                                    kaito::runtime::KaitoArrowError* error) {
  std::unique_ptr<kaito::runtime::Reader> reader;
  const bool opened = kaito::runtime::Guarded(error, [&] {
    reader = std::make_unique<kaito::runtime::Reader>(columns);
    return parquet != 0 ? reader->OpenParquet(path) : reader->OpenIpc(path);
  });
  return opened ? reader.release() : nullptr;
}

KAITO_EXPORT int kaito_arrow_next(void* reader,
                                  kaito::runtime::KaitoArrowBatch* batch,
                                  kaito::runtime::KaitoArrowError* error) {
  return kaito::runtime::Guarded(
             error,
             [&] {
               return static_cast<kaito::runtime::Reader*>(reader)->Next(batch);
             })
             ? 0
             : -1;
}

KAITO_EXPORT void kaito_arrow_close(void* reader) {
  delete static_cast<kaito::runtime::Reader*>(reader);
}
