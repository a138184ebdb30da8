// Steps over a cache, through CpuBackend.

#include "kaito/runtime/backend/cached_pass.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/random_model.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kBlockSize = 4;
constexpr int64_t kBlocks = 24;

absl::StatusOr<std::unique_ptr<CpuBackend>> Backend(
    const RandomModelOptions& model, int64_t threads = 1) {
  KAITO_ASSIGN_OR_RETURN(LoadedModel loaded, RandomModel(model));
  return CpuBackend::Create(std::move(loaded), {.threads = threads});
}

std::vector<int32_t> Text(int64_t length, int32_t seed) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < length; ++i) {
    ids.push_back(static_cast<int32_t>((seed * 31 + i * i * 7 + i) % 64));
  }
  return ids;
}

// A sequence with blocks of its own, in descending order.
struct Sequence {
  std::vector<int32_t> ids;
  std::vector<int32_t> blocks;
  const LoraAdapter* adapter = nullptr;
  int64_t done = 0;

  Sequence(std::vector<int32_t> text, int32_t first_block,
           const LoraAdapter* with = nullptr)
      : ids(std::move(text)), adapter(with) {
    for (int32_t i = 7; i >= 0; --i) blocks.push_back(first_block + i);
  }

  // The next `count` tokens.
  StepRow Next(int64_t count) {
    const StepRow row = {.ids = absl::MakeConstSpan(ids).subspan(done, count),
                         .position = done,
                         .block_table = blocks,
                         .adapter = adapter};
    done += count;
    return row;
  }
};

class Server {
 public:
  static absl::StatusOr<Server> Create(const RandomModelOptions& model,
                                       int64_t threads = 1) {
    Server server;
    KAITO_ASSIGN_OR_RETURN(server.backend, Backend(model, threads));
    KAITO_ASSIGN_OR_RETURN(server.cache,
                           server.backend->NewCache(
                               {.blocks = kBlocks, .block_size = kBlockSize}));
    return server;
  }

  // The logits after each row.
  absl::StatusOr<std::vector<std::vector<float>>> Step(
      const std::vector<StepRow>& rows) {
    const int64_t words = backend->config().vocab_size;
    std::vector<float> logits(rows.size() * words);
    KAITO_RETURN_IF_ERROR(backend->Step(rows, *cache, absl::MakeSpan(logits)));
    std::vector<std::vector<float>> split;
    for (size_t i = 0; i < rows.size(); ++i) {
      split.emplace_back(logits.begin() + i * words,
                         logits.begin() + (i + 1) * words);
    }
    return split;
  }

  std::unique_ptr<CpuBackend> backend;
  std::unique_ptr<KvCache> cache;
};

double Difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max<double>(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

// Every kind of decoder that takes a way of its own.
std::vector<RandomModelOptions> Models() {
  return {{},
          {.quantized = true, .bf16_tables = true, .fused = true},
          {.hidden_size = 64,
           .intermediate_size = 64,
           .quantized = true,
           .biases = true,
           .qk_norm = true,
           .window = 5,
           .tied = true}};
}

// -log p of each next token, from one step for each prefix.
std::vector<float> LossesByStep(Server& server, Sequence& sequence) {
  std::vector<float> losses;
  const int64_t length = std::ssize(sequence.ids);
  for (int64_t t = 0; t + 1 < length; ++t) {
    const auto logits = *server.Step({sequence.Next(1)});
    const std::vector<float>& row = logits[0];
    double sum = 0;
    for (const float x : row) sum += std::exp(x - row[sequence.ids[t + 1]]);
    losses.push_back(static_cast<float>(std::log(sum)));
  }
  return losses;
}

TEST(CachedPass, TokenByTokenIsWhatScoreSays) {
  for (const RandomModelOptions& model : Models()) {
    KAITO_ASSERT_OK_AND_ASSIGN(Server server, Server::Create(model));
    const LoraAdapter adapter = RandomAdapter(server.backend->config(), {});
    Sequence sequence(Text(20, 3), 0, &adapter);
    PackedBatch batch = {.ids = sequence.ids, .starts = {0, 20}};
    batch.positions.resize(20);
    std::iota(batch.positions.begin(), batch.positions.end(), 0);
    batch.labels.assign(batch.ids.begin() + 1, batch.ids.end());
    batch.labels.push_back(-100);
    std::vector<float> want;
    KAITO_ASSERT_OK(server.backend->Score(batch, &adapter, &want));
    want.pop_back();
    EXPECT_LT(Difference(LossesByStep(server, sequence), want), 2e-5);
  }
}

TEST(CachedPass, PromptsInPartsAreCloseToWholeOnes) {
  for (const RandomModelOptions& model : Models()) {
    KAITO_ASSERT_OK_AND_ASSIGN(Server server, Server::Create(model));
    Sequence whole(Text(21, 5), 0);
    Sequence parts(Text(21, 5), 8);
    KAITO_ASSERT_OK_AND_ASSIGN(const auto want, server.Step({whole.Next(21)}));
    KAITO_ASSERT_OK(server.Step({parts.Next(9)}).status());
    KAITO_ASSERT_OK(server.Step({parts.Next(2)}).status());
    KAITO_ASSERT_OK_AND_ASSIGN(const auto got, server.Step({parts.Next(10)}));
    EXPECT_LT(Difference(got[0], want[0]), 2e-5);
  }
}

// Runs three sequences of several kinds, together or one after the other.
std::vector<std::vector<float>> RunThree(Server& server, bool together) {
  const DecoderConfig& config = server.backend->config();
  const LoraAdapter a = RandomAdapter(config, {.seed = 5, .rank = 3});
  const LoraAdapter b = RandomAdapter(config, {.seed = 6, .rank = 8});
  std::vector<Sequence> sequences = {Sequence(Text(20, 1), 0, &a),
                                     Sequence(Text(24, 2), 8),
                                     Sequence(Text(30, 3), 16, &b)};
  // How many tokens each puts into each step.
  const std::vector<std::vector<int64_t>> steps = {
      {17, 5, 20}, {1, 6, 1}, {1, 1, 7}, {1, 1, 1}};
  std::vector<std::vector<float>> all;
  const auto step = [&](const std::vector<StepRow>& rows) {
    auto logits = server.Step(rows);
    KAITO_ASSERT_OK(logits.status());
    all.insert(all.end(), logits->begin(), logits->end());
  };
  for (const std::vector<int64_t>& counts : steps) {
    std::vector<StepRow> rows;
    for (size_t i = 0; i < sequences.size(); ++i) {
      rows.push_back(sequences[i].Next(counts[i]));
    }
    if (together) {
      step(rows);
    } else {
      for (const StepRow& row : rows) step({row});
    }
  }
  return all;
}

TEST(CachedPass, RowsHaveTheSameBitsAloneAndTogether) {
  for (const RandomModelOptions& model : Models()) {
    KAITO_ASSERT_OK_AND_ASSIGN(Server one, Server::Create(model));
    KAITO_ASSERT_OK_AND_ASSIGN(Server many, Server::Create(model, 3));
    const auto alone = RunThree(one, false);
    EXPECT_EQ(alone, RunThree(many, true));
    EXPECT_NE(alone[0], alone[1]);
  }
}

TEST(CachedPass, LogitsComeInTheOrderOfTheRowsThatWantThem) {
  KAITO_ASSERT_OK_AND_ASSIGN(Server server, Server::Create({}));
  Sequence a(Text(9, 1), 0);
  Sequence b(Text(1, 2), 8);
  Sequence c(Text(5, 3), 16);
  std::vector<StepRow> rows = {a.Next(9), b.Next(1), c.Next(5)};
  KAITO_ASSERT_OK_AND_ASSIGN(const auto want, server.Step(rows));
  rows[1].wants_logits = false;
  const int64_t words = server.backend->config().vocab_size;
  std::vector<float> logits(2 * words);
  KAITO_ASSERT_OK(
      server.backend->Step(rows, *server.cache, absl::MakeSpan(logits)));
  EXPECT_EQ(std::vector<float>(logits.begin(), logits.begin() + words),
            want[0]);
  EXPECT_EQ(std::vector<float>(logits.begin() + words, logits.end()), want[2]);
  for (StepRow& row : rows) row.wants_logits = false;
  KAITO_EXPECT_OK(server.backend->Step(rows, *server.cache, {}));
  KAITO_EXPECT_OK(server.backend->Step({}, *server.cache, {}));
}

TEST(CachedPass, RefusesRowsThatDoNotFit) {
  KAITO_ASSERT_OK_AND_ASSIGN(Server server, Server::Create({}));
  const std::vector<int32_t> ids = {1, 2, 3, 4, 5};
  const std::vector<int32_t> blocks = {0, 1};
  const auto step = [&](auto change) {
    StepRow row = {.ids = ids, .block_table = blocks};
    change(row);
    return server.Step({row}).status();
  };
  const auto invalid = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  KAITO_EXPECT_OK(step([](StepRow&) {}));
  EXPECT_THAT(step([](StepRow& r) { r.ids = {}; }), invalid("no ids"));
  const std::vector<int32_t> high = {1, 64};
  EXPECT_THAT(step([&](StepRow& r) { r.ids = high; }), invalid("id 64"));
  EXPECT_THAT(step([](StepRow& r) { r.position = -1; }), invalid("position"));
  EXPECT_THAT(step([](StepRow& r) { r.position = 124; }), invalid("128"));
  EXPECT_THAT(step([](StepRow& r) { r.position = INT64_MAX; }), invalid("128"));
  EXPECT_THAT(step([](StepRow& r) { r.position = 4; }), invalid("need 3"));
  const std::vector<int32_t> far = {0, 24};
  EXPECT_THAT(step([&](StepRow& r) { r.block_table = far; }),
              invalid("block 24"));
  const LoraAdapter other =
      RandomAdapter(ConfigOfRandomModel({.hidden_size = 16}), {});
  EXPECT_THAT(step([&](StepRow& r) { r.adapter = &other; }),
              invalid("adapter"));
  const StepRow row = {.ids = ids, .block_table = blocks};
  std::vector<float> few(5);
  EXPECT_THAT(server.backend->Step({row}, *server.cache, absl::MakeSpan(few)),
              invalid("room for 5"));
}

TEST(CachedPass, RefusesCachesThatDoNotFit) {
  KAITO_ASSERT_OK_AND_ASSIGN(Server server, Server::Create({}));
  KAITO_ASSERT_OK_AND_ASSIGN(Server other, Server::Create({.layers = 3}));
  EXPECT_THAT(server.backend->Step({}, *other.cache, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(server.backend->NewCache({.blocks = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(server.backend->NewCache({.blocks = 1, .block_size = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(server.cache->bytes(),
            kBlocks * kBlockSize * server.backend->KvBytesPerToken());
  EXPECT_EQ(server.backend->KvBytesPerToken(), 2 * 2 * 2 * 8 * 4);
}

}  // namespace
}  // namespace kaito::runtime
