#ifndef KAITO_BASE_SYNC_THREAD_ANNOTATIONS_H_
#define KAITO_BASE_SYNC_THREAD_ANNOTATIONS_H_

// Names for clang's lock annotations: they say which mutex guards what, and
// `--config=clang` (-Wthread-safety) checks it. Other compilers see nothing.
//
//   class Counter {
//    public:
//     void Add(int n) {
//       MutexLock lock(mutex_);
//       total_ += n;
//     }
//    private:
//     Mutex mutex_;
//     int total_ KAITO_GUARDED_BY(mutex_) = 0;
//   };

#if defined(__clang__)
#define KAITO_THREAD_ATTRIBUTE_(x) __attribute__((x))
#else
#define KAITO_THREAD_ATTRIBUTE_(x)
#endif

// On a class that is a lock, and on one that holds a lock while it lives.
#define KAITO_CAPABILITY(name) KAITO_THREAD_ATTRIBUTE_(capability(name))
#define KAITO_SCOPED_CAPABILITY KAITO_THREAD_ATTRIBUTE_(scoped_lockable)

// On a member: read and written only with the mutex held. The second is for
// what a pointer points to.
#define KAITO_GUARDED_BY(mutex) KAITO_THREAD_ATTRIBUTE_(guarded_by(mutex))
#define KAITO_PT_GUARDED_BY(mutex) KAITO_THREAD_ATTRIBUTE_(pt_guarded_by(mutex))

// On a function: the caller holds the mutex; the caller must not hold it.
#define KAITO_REQUIRES(...) \
  KAITO_THREAD_ATTRIBUTE_(requires_capability(__VA_ARGS__))
#define KAITO_EXCLUDES(...) KAITO_THREAD_ATTRIBUTE_(locks_excluded(__VA_ARGS__))

// On a function that takes, frees, or perhaps takes a mutex.
#define KAITO_ACQUIRE(...) \
  KAITO_THREAD_ATTRIBUTE_(acquire_capability(__VA_ARGS__))
#define KAITO_RELEASE(...) \
  KAITO_THREAD_ATTRIBUTE_(release_capability(__VA_ARGS__))
#define KAITO_TRY_ACQUIRE(...) \
  KAITO_THREAD_ATTRIBUTE_(try_acquire_capability(__VA_ARGS__))
#define KAITO_RETURN_CAPABILITY(x) KAITO_THREAD_ATTRIBUTE_(lock_returned(x))

// For the few functions whose locking the analysis cannot follow; say why.
#define KAITO_NO_THREAD_SAFETY_ANALYSIS \
  KAITO_THREAD_ATTRIBUTE_(no_thread_safety_analysis)

#endif  // KAITO_BASE_SYNC_THREAD_ANNOTATIONS_H_
