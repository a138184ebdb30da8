#ifndef KAITO_RUNTIME_COMMANDS_TEXT_COMMANDS_H_
#define KAITO_RUNTIME_COMMANDS_TEXT_COMMANDS_H_

// `runtime tokenize` and `runtime render`: JSON lines on standard input, one
// answer each on standard output. What they do with a line is
// tokenizer/tokenize_command.h and chat_template/render_command.h.

#include <span>
#include <string>

namespace kaito::runtime {

// Arguments without the program's and the command's name. The exit code.
int RunTokenizeCommand(std::span<const std::string> args);
int RunRenderCommand(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_TEXT_COMMANDS_H_
