package io.predicomp.bench.page;

import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import java.lang.foreign.MemorySegment;

/** Page contents by name: those of the workloads, and two that are like what services keep. */
public final class NamedPages {
  /** The names that {@link #parse} takes. */
  public static final String FORMS = PageFills.FORMS + ", heap-dump";

  private static final int JSON_PAGES = 16_384;

  private NamedPages() {}

  /** {@return whether that is a name of contents like those of services, which take memory} */
  public static boolean isLifelike(String name) {
    return name.equals("json") || name.equals("heap-dump");
  }

  /**
   * {@return the contents of that name}
   *
   * @param name one of {@link #FORMS}; {@code heap-dump} dumps this process's heap
   * @param pageBytes a power of two, at least 4,096
   * @throws IllegalArgumentException as {@link PageFills#parse}
   */
  public static PageFill parse(String name, long seed, int pageBytes) {
    return switch (name) {
      case "json" -> new Repeated(name, new JsonPages(JSON_PAGES).all(), pageBytes);
      case "heap-dump" -> new Repeated(name, HeapDumpPages.dump(), pageBytes);
      default -> {
        try {
          yield PageFills.parse(name, seed, pageBytes);
        } catch (IllegalArgumentException e) {
          String message = String.valueOf(e.getMessage());
          throw new IllegalArgumentException(message.replace(PageFills.FORMS, FORMS), e);
        }
      }
    };
  }

  /** Bytes cut into pages, from the start again after the last. */
  private record Repeated(String name, MemorySegment bytes, int pageBytes) implements PageFill {
    @Override
    public void fill(long page, MemorySegment out) {
      long pages = bytes.byteSize() / pageBytes;
      MemorySegment.copy(bytes, page % pages * pageBytes, out, 0, pageBytes);
    }
  }
}
