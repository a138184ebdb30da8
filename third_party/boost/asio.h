#ifndef KAITO_THIRD_PARTY_BOOST_ASIO_H_
#define KAITO_THIRD_PARTY_BOOST_ASIO_H_

// Asio 1.74 needs std::exchange and does not include its header (g++ 12,
// C++20).
#include <utility>

#include "boost/asio.hpp"
#include "boost/asio/ssl.hpp"

#endif  // KAITO_THIRD_PARTY_BOOST_ASIO_H_
