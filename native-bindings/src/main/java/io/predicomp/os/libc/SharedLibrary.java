package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A shared library that stays loaded for the life of the process, every symbol of it resolved.
 *
 * <p>{@link System#load} is not used for two reasons: it binds lazily, so that the first call of
 * each function would enter the dynamic linker, which a signal handler must not do; and the garbage
 * collector may unload the library together with the class loader that loaded it.
 */
public final class SharedLibrary {
  // dlfcn.h of glibc (bits/dlfcn.h) and of musl agree on these.
  private static final int RTLD_NOW = 0x0002;
  private static final int RTLD_NODELETE = 0x1000;

  // void *dlopen(const char *filename, int flags);
  private static final MethodHandle DLOPEN =
      Downcalls.link(Downcalls.symbol("dlopen"), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
  // void *dlsym(void *handle, const char *symbol);
  private static final MethodHandle DLSYM =
      Downcalls.link(Downcalls.symbol("dlsym"), FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
  // char *dlerror(void);
  private static final MethodHandle DLERROR =
      Downcalls.link(Downcalls.symbol("dlerror"), FunctionDescriptor.of(ADDRESS));

  private final Path file;
  private final MemorySegment handle;

  private SharedLibrary(Path file, MemorySegment handle) {
    this.file = file;
    this.handle = handle;
  }

  /**
   * {@return the library in that file, loaded with {@code RTLD_NOW | RTLD_NODELETE}} The file may
   * be deleted afterwards.
   *
   * @throws UnsatisfiedLinkError if the dynamic linker refuses it, with the linker's own words
   */
  public static SharedLibrary open(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      // An absolute path contains a slash, so the linker does not search its own directories.
      MemorySegment name = arena.allocateFrom(file.toAbsolutePath().toString());
      MemorySegment handle = (MemorySegment) DLOPEN.invokeExact(name, RTLD_NOW | RTLD_NODELETE);
      if (handle.address() == 0) {
        throw new UnsatisfiedLinkError("dlopen(" + file + "): " + lastError());
      }
      return new SharedLibrary(file, handle);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the address of an exported function, or empty if the library does not export it} */
  public Optional<MemorySegment> find(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = (MemorySegment) DLSYM.invokeExact(handle, arena.allocateFrom(name));
      return address.address() == 0 ? Optional.empty() : Optional.of(address);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return the address of an exported function}
   *
   * @throws UnsatisfiedLinkError if the library does not export it
   */
  public MemorySegment symbol(String name) {
    return find(name)
        .orElseThrow(() -> new UnsatisfiedLinkError(file + " does not export " + name));
  }

  /** The linker keeps its message per system thread; nothing here can change the thread. */
  private static String lastError() throws Throwable {
    MemorySegment text = (MemorySegment) DLERROR.invokeExact();
    return text.address() == 0 ? "no reason given" : AddressSpace.ALL.getString(text.address());
  }
}
