// The plug-in pattern for Arrow: everything that names Arrow or Parquet is in a
// shared object of its own, seen only through C functions, and opened with
// RTLD_NOW | RTLD_LOCAL. libparquet exports an OpenSSL; linked into a program
// it would take the program's TLS over.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "arrow/api.h"
#include "arrow/io/file.h"
#include "parquet/arrow/reader.h"

namespace {

arrow::Result<std::shared_ptr<arrow::Table>> Load(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(file)));
  std::unique_ptr<parquet::arrow::FileReader> reader;
  ARROW_RETURN_NOT_OK(builder.Build(&reader));
#if ARROW_VERSION_MAJOR >= 24
  return reader->ReadTable();
#else
  std::shared_ptr<arrow::Table> table;
  ARROW_RETURN_NOT_OK(reader->ReadTable(&table));
  return table;
#endif
}

// The array as its concrete type; a null type_id match is an error, not a cast.
template <typename Array>
arrow::Result<const Array*> As(const std::shared_ptr<arrow::Array>& array,
                               arrow::Type::type want, const char* what) {
  if (array == nullptr) return arrow::Status::Invalid(what, ": absent");
  if (array->type_id() != want) {
    return arrow::Status::Invalid(what, ": is ", array->type()->ToString());
  }
  return static_cast<const Array*>(array.get());
}

arrow::Status AppendRows(const std::shared_ptr<arrow::Array>& chunk,
                         std::string* text) {
  ARROW_ASSIGN_OR_RAISE(
      const auto* rows,
      As<arrow::ListArray>(chunk, arrow::Type::LIST, "messages"));
  ARROW_ASSIGN_OR_RAISE(
      const auto* messages,
      As<arrow::StructArray>(rows->values(), arrow::Type::STRUCT, "message"));
  const std::shared_ptr<arrow::Array> roles = messages->GetFieldByName("role");
  const std::shared_ptr<arrow::Array> contents =
      messages->GetFieldByName("content");
  ARROW_ASSIGN_OR_RAISE(
      const auto* role,
      As<arrow::StringArray>(roles, arrow::Type::STRING, "role"));
  ARROW_ASSIGN_OR_RAISE(
      const auto* content,
      As<arrow::StringArray>(contents, arrow::Type::STRING, "content"));
  for (int64_t i = 0; i < rows->length(); ++i) {
    for (int64_t j = rows->value_offset(i); j < rows->value_offset(i + 1);
         ++j) {
      *text += role->GetString(j) + "=" + content->GetString(j) + ";";
    }
    *text += "\n";
  }
  return arrow::Status::OK();
}

arrow::Result<std::string> ChatText(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::Table> table, Load(path));
  const std::shared_ptr<arrow::ChunkedArray> column =
      table->GetColumnByName("messages");
  if (column == nullptr) return arrow::Status::Invalid("no column messages");
  std::string text;
  for (const std::shared_ptr<arrow::Array>& chunk : column->chunks()) {
    ARROW_RETURN_NOT_OK(AppendRows(chunk, &text));
  }
  return text;
}

}  // namespace

// Writes column "messages" of a Parquet file, a list<struct<role, content>>, as
// one line a row: "user=hi;assistant=hello;". Returns 0, or -1 with the reason
// written; either way `out`, of `capacity` bytes, ends in a zero byte.
extern "C" __attribute__((visibility("default"))) int kaito_arrow_chat_text(
    const char* path, char* out, int64_t capacity) {
  const arrow::Result<std::string> text = ChatText(path);
  std::snprintf(out, static_cast<size_t>(capacity), "%s",
                text.ok() ? text->c_str() : text.status().ToString().c_str());
  return text.ok() ? 0 : -1;
}
