#ifndef KAITO_CLI_TEXT_TABLE_H_
#define KAITO_CLI_TEXT_TABLE_H_

// A table as kubectl prints one: columns as wide as their widest cell, three
// spaces between them, none at the end of a line.
//
//   out << Table({"NAME", "GPUS"}, {{"phi-4", "1"}});

#include <string>
#include <vector>

namespace kaito::cli {

// Cells are printable; each row has as many as the header.
std::string Table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace kaito::cli

#endif  // KAITO_CLI_TEXT_TABLE_H_
