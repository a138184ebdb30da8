#ifndef KAITO_RUNTIME_FETCH_URL_FILE_NAME_H_
#define KAITO_RUNTIME_FETCH_URL_FILE_NAME_H_

// The name of the file that a URL is downloaded to, as KAITO's downloader has
// it: the last part of the path with the query, where ?, = and & become _.
//
//   FileNameOfUrl(url)   // ".../train.parquet?download=true" ->
//                        // "train.parquet_download_true"

#include <string>

#include "absl/status/statusor.h"
#include "kaito/base/url/url.h"

namespace kaito::runtime {

// At most 200 bytes. InvalidArgument where nothing is left that could be a
// name, or only one that is hidden.
absl::StatusOr<std::string> FileNameOfUrl(const Url& url);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_URL_FILE_NAME_H_
