package io.predicomp.arena.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/** Kinds of page contents that codecs treat differently; the same seed gives the same bytes. */
public enum PageContents {
  /** All zero. */
  ZERO {
    @Override
    void fill(byte[] page, Random random) {}
  },
  /** One byte value. */
  REPEATED {
    @Override
    void fill(byte[] page, Random random) {
      Arrays.fill(page, (byte) random.nextInt());
    }
  },
  /** Incompressible. */
  RANDOM {
    @Override
    void fill(byte[] page, Random random) {
      random.nextBytes(page);
    }
  },
  /** Records of text that resemble one another. */
  TEXT {
    @Override
    void fill(byte[] page, Random random) {
      StringBuilder text = new StringBuilder(page.length + 100);
      while (text.length() < page.length) {
        text.append("{\"id\":").append(random.nextInt(1_000_000));
        text.append(",\"name\":\"user").append(random.nextInt(1000));
        text.append("\",\"score\":")
            .append(random.nextInt(100))
            .append(",\"tags\":[\"a\",\"b\"]}\n");
      }
      text.setLength(page.length);
      System.arraycopy(text.toString().getBytes(ISO_8859_1), 0, page, 0, page.length);
    }
  },
  /** Mostly zero, a few bytes set. */
  SPARSE {
    @Override
    void fill(byte[] page, Random random) {
      for (int i = random.nextInt(64); i > 0; i--) {
        page[random.nextInt(page.length)] = (byte) random.nextInt();
      }
    }
  },
  /** Runs of all lengths, long ones included. */
  RUNS {
    @Override
    void fill(byte[] page, Random random) {
      for (int at = 0; at < page.length; ) {
        int run = Math.min(page.length - at, 1 << random.nextInt(12));
        Arrays.fill(page, at, at + run, (byte) random.nextInt());
        at += run;
      }
    }
  },
  /** The first half incompressible, the rest copied from it in pieces. */
  SELF_SIMILAR {
    @Override
    void fill(byte[] page, Random random) {
      random.nextBytes(page);
      for (int at = page.length / 2; at > 0 && at < page.length; ) {
        int length = Math.min(page.length - at, 4 + random.nextInt(60));
        System.arraycopy(page, random.nextInt(at), page, at, Math.min(length, at));
        at += length;
      }
    }
  };

  /** {@return contents of this kind} */
  public byte[] bytes(int length, long seed) {
    byte[] page = new byte[length];
    fill(page, Random.from(new SplittableRandom(seed)));
    return page;
  }

  abstract void fill(byte[] page, Random random);
}
