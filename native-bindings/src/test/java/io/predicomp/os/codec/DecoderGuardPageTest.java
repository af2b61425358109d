package io.predicomp.os.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.codec.ZstdLibrary.CompressionParameter;
import io.predicomp.os.codec.ZstdLibrary.DecompressionParameter;
import io.predicomp.os.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever its input, a decoder stays within the memory it was given. Input and page both end at an
 * inaccessible page, so that one byte read or written too far ends the process; bytes before the
 * page are compared.
 */
class DecoderGuardPageTest {
  private static final int PAGE = 4096;

  /** Longer than any input of these tests. */
  private static final int ROOM = 4 * PAGE;

  private static final byte CANARY = (byte) 0xA5;

  // sys/mman.h, linux/mman.h: the same on x86-64 and AArch64.
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;

  private static final WithDictionary SHORT = new WithDictionary(Libc.getpagesize());

  /** Here LZ4 leaves out the check of distances, because none can reach further. */
  private static final WithDictionary LONGEST = new WithDictionary(64 << 10);

  private static Guarded input;
  private static Guarded page;

  @BeforeContainer
  static void map() {
    input = Guarded.map();
    page = Guarded.map();
  }

  @AfterContainer
  static void unmap() {
    input.unmap();
    page.unmap();
  }

  @Property(tries = 5000)
  void lz4StaysWithinThePage(
      @ForAll long seed, @ForAll @IntRange(max = 3) int damage, @ForAll Contents contents) {
    staysWithinThePage(Decoder.LZ4, seed, damage, contents);
  }

  @Property(tries = 5000)
  void zstdStaysWithinThePage(
      @ForAll long seed, @ForAll @IntRange(max = 3) int damage, @ForAll Contents contents) {
    staysWithinThePage(Decoder.ZSTD, seed, damage, contents);
  }

  /** Nor does it read outside the dictionary, which lies between two inaccessible pages. */
  @Property(tries = 5000)
  void lz4WithADictionaryStaysWithinThePageAndTheDictionary(
      @ForAll long seed, @ForAll @IntRange(max = 3) int damage, @ForAll Contents contents) {
    staysWithinThePage(Decoder.LZ4_DICTIONARY, seed, damage, contents);
    staysWithinThePage(Decoder.LZ4_LONGEST_DICTIONARY, seed, damage, contents);
  }

  @Property(tries = 20)
  void undamagedInputIsDecoded(@ForAll long seed, @ForAll Contents contents) {
    for (Decoder decoder : Decoder.values()) {
      byte[] original = contents.bytes(new Random(seed));
      long source = input.place(decoder.compress(original));

      page.fill(CANARY);
      long produced = decoder.decompress(source, input.length, page.end() - PAGE, PAGE);

      assertEquals(PAGE, produced);
      assertEquals(-1, MemorySegment.ofArray(original).mismatch(page.last(PAGE)));
    }
  }

  private static void staysWithinThePage(
      Decoder decoder, long seed, int damage, Contents contents) {
    Random random = new Random(seed);
    byte[] damaged = damage(decoder.compress(contents.bytes(random)), damage, random);
    long source = input.place(damaged);
    // A page that is shorter than what the input was made of must hold as well.
    int length = random.nextInt(4) == 0 ? 1 + random.nextInt(PAGE) : PAGE;
    page.fill(CANARY);

    long produced = decoder.decompress(source, input.length, page.end() - length, length);

    assertTrue(produced <= length, () -> "produced " + produced + " of " + length);
    MemorySegment before = page.segment().asSlice(0, ROOM - (long) length);
    for (long at = 0; at < before.byteSize(); at++) {
      assertEquals(CANARY, before.get(JAVA_BYTE, at), "written before the page");
    }
    assertEquals(
        -1, MemorySegment.ofArray(damaged).mismatch(input.last(damaged.length)), "input changed");
  }

  private static byte[] damage(byte[] compressed, int damage, Random random) {
    switch (damage) {
      case 0 -> flip(compressed, 1, random);
      case 1 -> flip(compressed, 1 + random.nextInt(32), random);
      case 2 -> {
        return Arrays.copyOf(compressed, random.nextInt(compressed.length + 1));
      }
      default -> {
        byte[] noise = new byte[random.nextInt(PAGE)];
        random.nextBytes(noise);
        return noise;
      }
    }
    return compressed;
  }

  private static void flip(byte[] bytes, int count, Random random) {
    for (int i = 0; i < count; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
  }

  enum Contents {
    NOISE {
      @Override
      void fill(byte[] page, Random random) {
        random.nextBytes(page);
      }
    },
    FEW_VALUES {
      @Override
      void fill(byte[] page, Random random) {
        for (int i = 0; i < page.length; i++) {
          page[i] = (byte) random.nextInt(5);
        }
      }
    },
    RECORDS {
      @Override
      void fill(byte[] page, Random random) {
        byte[] template = new byte[37];
        random.nextBytes(template);
        for (int i = 0; i < page.length; i++) {
          page[i] = random.nextInt(9) == 0 ? (byte) random.nextInt() : template[i % 37];
        }
      }
    },
    ZERO {
      @Override
      void fill(byte[] page, Random random) {}
    };

    byte[] bytes(Random random) {
      byte[] bytes = new byte[PAGE];
      fill(bytes, random);
      return bytes;
    }

    abstract void fill(byte[] page, Random random);
  }

  private enum Decoder {
    LZ4 {
      private final long state = lz4State();

      @Override
      long compress(long source, long target, int capacity) {
        return Lz4Library.compressFast(state, source, target, PAGE, capacity, 1);
      }

      @Override
      long decompress(long source, int length, long target, int targetLength) {
        return Lz4Library.decompress(source, target, length, targetLength);
      }
    },
    LZ4_DICTIONARY {
      @Override
      long compress(long source, long target, int capacity) {
        return SHORT.compress(source, target, capacity);
      }

      @Override
      long decompress(long source, int length, long target, int targetLength) {
        return SHORT.decompress(source, length, target, targetLength);
      }
    },
    LZ4_LONGEST_DICTIONARY {
      @Override
      long compress(long source, long target, int capacity) {
        return LONGEST.compress(source, target, capacity);
      }

      @Override
      long decompress(long source, int length, long target, int targetLength) {
        return LONGEST.decompress(source, length, target, targetLength);
      }
    },
    ZSTD {
      private final long encoder = ZstdLibrary.createCompressionContext();
      private final long decoder = ZstdLibrary.createDecompressionContext();

      {
        ZstdLibrary.set(encoder, CompressionParameter.FORMAT, 1);
        ZstdLibrary.set(encoder, CompressionParameter.CONTENT_SIZE_FLAG, 0);
        ZstdLibrary.set(decoder, DecompressionParameter.FORMAT, 1);
      }

      @Override
      long compress(long source, long target, int capacity) {
        return ZstdLibrary.compress(encoder, target, capacity, source, PAGE);
      }

      @Override
      long decompress(long source, int length, long target, int targetLength) {
        return ZstdLibrary.decompress(decoder, target, targetLength, source, length);
      }
    };

    abstract long compress(long source, long target, int capacity);

    abstract long decompress(long source, int length, long target, int targetLength);

    byte[] compress(byte[] original) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment source = arena.allocate(PAGE).copyFrom(MemorySegment.ofArray(original));
        MemorySegment target = arena.allocate(2L * PAGE);
        long length = compress(source.address(), target.address(), 2 * PAGE);
        assertTrue(length > 0, () -> "not compressed: " + length);
        return target.asSlice(0, length).toArray(JAVA_BYTE);
      }
    }

    private static long lz4State() {
      long state = Arena.global().allocate(Lz4Library.fastStateBytes(), Long.BYTES).address();
      Lz4Library.initFastState(state);
      return state;
    }
  }

  /** LZ4 HC with a dictionary that has an inaccessible page before it and one behind it. */
  private static final class WithDictionary {
    private final long dictionary;
    private final int length;
    private final long dictionaryState = hcState();
    private final long workingState = hcState();

    /** The length is a multiple of the system's page size, so that both ends can be guarded. */
    WithDictionary(int length) {
      this.length = length;
      int guard = Libc.getpagesize();
      long mapped =
          Libc.mmap(0, length + 2L * guard, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
      assertTrue(mapped > 0, () -> "mmap: " + mapped);
      assertEquals(0, Libc.mprotect(AddressSpace.ALL.asSlice(mapped, guard), PROT_NONE));
      assertEquals(
          0, Libc.mprotect(AddressSpace.ALL.asSlice(mapped + guard + length, guard), PROT_NONE));
      dictionary = mapped + guard;
      for (int at = 0; at < length; at += PAGE) {
        byte[] content = Contents.RECORDS.bytes(new Random(at % 3));
        AddressSpace.ALL
            .asSlice(dictionary + at, Math.min(PAGE, length - at))
            .copyFrom(MemorySegment.ofArray(content).asSlice(0, Math.min(PAGE, length - at)));
      }
      Lz4Library.loadDictionaryHc(dictionaryState, dictionary, length, 9);
    }

    long compress(long source, long target, int capacity) {
      return Lz4Library.compressHcWithDictionary(
          workingState, dictionaryState, source, target, PAGE, capacity, 9);
    }

    long decompress(long source, int compressedLength, long target, int targetLength) {
      return Lz4Library.decompressWithDictionary(
          source, target, compressedLength, targetLength, dictionary, length);
    }

    private static long hcState() {
      long state = Arena.global().allocate(Lz4Library.hcStateBytes(), Long.BYTES).address();
      Lz4Library.initHcState(state);
      return state;
    }
  }

  /** Memory that ends at an inaccessible page. */
  private static final class Guarded {
    private final long address;
    private int length;

    private Guarded(long address) {
      this.address = address;
    }

    static Guarded map() {
      int guard = Libc.getpagesize();
      long address =
          Libc.mmap(0, ROOM + (long) guard, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
      assertTrue(address > 0, () -> "mmap: " + address);
      assertEquals(0, Libc.mprotect(AddressSpace.ALL.asSlice(address + ROOM, guard), PROT_NONE));
      return new Guarded(address);
    }

    void unmap() {
      assertEquals(0, Libc.munmap(address, ROOM + (long) Libc.getpagesize()));
    }

    /** {@return the address of the bytes, which end at the inaccessible page} */
    long place(byte[] bytes) {
      length = bytes.length;
      last(length).copyFrom(MemorySegment.ofArray(bytes));
      return end() - length;
    }

    void fill(byte value) {
      segment().fill(value);
    }

    long end() {
      return address + ROOM;
    }

    MemorySegment segment() {
      return AddressSpace.ALL.asSlice(address, ROOM);
    }

    MemorySegment last(int bytes) {
      return AddressSpace.ALL.asSlice(end() - bytes, bytes);
    }
  }
}
