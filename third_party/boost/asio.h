#ifndef KAITO_THIRD_PARTY_BOOST_ASIO_H_
#define KAITO_THIRD_PARTY_BOOST_ASIO_H_

// Asio 1.74 needs std::exchange and does not include its header (g++ 12,
// C++20).
#include <utility>

// ThreadSanitizer knows no fences, and gcc refuses them under it. Asio's only
// make doubly sure: its queues are under mutexes.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif

#include "boost/asio.hpp"
#include "boost/asio/ssl.hpp"

#endif  // KAITO_THIRD_PARTY_BOOST_ASIO_H_
