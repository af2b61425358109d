package io.predicomp.os.libc;

import static java.lang.invoke.MethodType.methodType;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The only user of {@link Linker}.
 *
 * <p>Handles linked by name or by system call fold errno into their result: they return {@code
 * -errno} where C returns -1 (the idea of the JDK's own {@code CaptureStateUtil}). errno is
 * captured by the call itself into memory of the calling thread ({@link ThreadScratch}), so no
 * other thread can change it. The JDK takes a slice of that memory at each such call: 40 bytes on
 * the heap, wherever the compiler does not see through all of it. Handles linked by {@link
 * #linkPlain} or by address return what the function returns, and allocate nothing however they are
 * compiled.
 *
 * <p>Calls are normal ones, which let the JVM reach a safepoint meanwhile. {@link #linkCritical} is
 * for functions that take well under a microsecond and can neither block nor touch an absent page.
 *
 * <p>Keep handles in {@code static final} fields: only then does the compiler inline them.
 */
public final class Downcalls {
  private static final Linker LINKER = Linker.nativeLinker();

  // long syscall(long number, ...);
  private static final String SYSCALL = "syscall";

  private static final long ERRNO_OFFSET =
      Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle FOLD_INT =
      find(Downcalls.class, "fold", int.class, int.class, MemorySegment.class);
  private static final MethodHandle FOLD_LONG =
      find(Downcalls.class, "fold", long.class, long.class, MemorySegment.class);
  private static final MethodHandle SCRATCH =
      find(ThreadScratch.class, "segment", MemorySegment.class);

  private Downcalls() {}

  /**
   * {@return a handle of a function of the C library that reports failure by -1 and errno; the
   * handle returns {@code -errno} then}
   *
   * @param name the C name
   * @param function its signature, returning {@code int} or {@code long}
   * @throws UnsatisfiedLinkError if the C library has no such function
   */
  static MethodHandle link(String name, FunctionDescriptor function) {
    return folding(symbol(name), function);
  }

  /**
   * {@return a handle of a function of the C library for hot paths; it returns the function's own
   * -1 on failure} Whoever needs errno then calls once more, through {@link #link}.
   */
  static MethodHandle linkPlain(String name, FunctionDescriptor function) {
    return downcall(symbol(name), function);
  }

  /** As {@link #linkPlain(String, FunctionDescriptor)}, of a system call. */
  static MethodHandle linkPlain(SystemCall call, FunctionDescriptor arguments) {
    return numbered(
        call, downcall(symbol(SYSCALL), withNumber(arguments), Linker.Option.firstVariadicArg(1)));
  }

  /**
   * {@return the same as {@link #link(String, FunctionDescriptor)} for a function declared with
   * {@code ...}}
   *
   * @param firstVariadic index of the first argument that the {@code ...} stands for
   */
  static MethodHandle linkVariadic(String name, FunctionDescriptor function, int firstVariadic) {
    return folding(symbol(name), function, Linker.Option.firstVariadicArg(firstVariadic));
  }

  /**
   * {@return a handle of a system call; it returns the call's result, or {@code -errno}}
   *
   * @param arguments the call's arguments without its number, and {@code long} as the result
   */
  static MethodHandle link(SystemCall call, FunctionDescriptor arguments) {
    return numbered(call, linkVariadic(SYSCALL, withNumber(arguments), 1));
  }

  /**
   * {@return a handle of the function at an address; it returns what the function returns}
   *
   * @param symbol the function's address, such as {@link SharedLibrary#symbol} finds
   * @param function its signature
   */
  public static MethodHandle link(MemorySegment symbol, FunctionDescriptor function) {
    return downcall(symbol, function);
  }

  /**
   * {@return the same as {@link #link(MemorySegment, FunctionDescriptor)}, but as a critical call:
   * 4 to 5 ns cheaper, and no safepoint can begin until it returns}
   */
  public static MethodHandle linkCritical(MemorySegment symbol, FunctionDescriptor function) {
    return downcall(symbol, function, Linker.Option.critical(false));
  }

  /**
   * {@return the address of a function of the C library}
   *
   * @throws UnsatisfiedLinkError if it has no such function
   */
  static MemorySegment symbol(String name) {
    return find(name)
        .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name));
  }

  /** {@return the address of a function of the C library, or empty if it has no such function} */
  static Optional<MemorySegment> find(String name) {
    return LINKER.defaultLookup().find(name);
  }

  /**
   * {@return never: throws what a handle threw} Handles throw what the JVM's own checks throw, such
   * as {@link IllegalStateException} for a closed segment.
   */
  public static RuntimeException rethrow(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("a downcall threw a checked exception", thrown);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle downcall(
      MemorySegment symbol, FunctionDescriptor function, Linker.Option... options) {
    return LINKER.downcallHandle(symbol, function, options);
  }

  private static FunctionDescriptor withNumber(FunctionDescriptor arguments) {
    return arguments.insertArgumentLayouts(0, ValueLayout.JAVA_LONG);
  }

  private static MethodHandle numbered(SystemCall call, MethodHandle syscall) {
    return MethodHandles.insertArguments(syscall, 0, (long) call.number(Architecture.CURRENT));
  }

  /** From (capture, A…)R, where R is -1 on failure, makes (A…)R, where R is -errno on failure. */
  private static MethodHandle folding(
      MemorySegment symbol, FunctionDescriptor function, Linker.Option... options) {
    Linker.Option[] capturing = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, capturing, 0, options.length);
    capturing[options.length] = Linker.Option.captureCallState("errno");

    MethodHandle call = downcall(symbol, function, capturing);
    int arity = call.type().parameterCount();
    MethodHandle fold = call.type().returnType() == int.class ? FOLD_INT : FOLD_LONG;
    // (capture, A…, capture)R, then both captures become one, then that one is the thread's own.
    int[] captureAgain = IntStream.range(0, arity + 1).map(i -> i % arity).toArray();
    MethodHandle folded =
        MethodHandles.permuteArguments(
            MethodHandles.collectArguments(fold, 0, call), call.type(), captureAgain);
    return MethodHandles.collectArguments(folded, 0, SCRATCH);
  }

  static int fold(int result, MemorySegment capture) {
    return result == -1 ? -errno(capture) : result;
  }

  static long fold(long result, MemorySegment capture) {
    return result == -1 ? -errno(capture) : result;
  }

  private static int errno(MemorySegment capture) {
    return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
  }

  private static MethodHandle find(
      Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
    try {
      return MethodHandles.lookup().findStatic(owner, name, methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
