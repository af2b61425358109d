package io.predicomp.arena.pool;

import java.util.SplittableRandom;

/** Payload sizes as compressed pages have them, in bytes. */
enum SizeDistribution {
  /** LZ4 of 4 KiB pages of JSON: most between 1.6 and 2.6 KB, one in seven from 100 to 3900. */
  JSON_4K {
    @Override
    int next(SplittableRandom random) {
      return random.nextDouble() < 0.85 ? bell(random, 1600, 2600) : random.nextInt(100, 3900);
    }
  },
  /** Pages of one kind: sizes within a tenth of one another. */
  NARROW_4K {
    @Override
    int next(SplittableRandom random) {
      return bell(random, 1990, 2170);
    }
  },
  /** Half of the pages nearly empty, half hard to compress. */
  BIMODAL_4K {
    @Override
    int next(SplittableRandom random) {
      return random.nextBoolean() ? random.nextInt(200, 420) : random.nextInt(3200, 3700);
    }
  },
  /** Every size equally likely: the worst case for size classes. */
  UNIFORM_4K {
    @Override
    int next(SplittableRandom random) {
      return random.nextInt(100, 3900);
    }
  },
  /** LZ4 of 16 KiB pages of JSON. */
  JSON_16K {
    @Override
    int next(SplittableRandom random) {
      return bell(random, 5500, 9500);
    }
  },
  /** LZ4 of 64 KiB pages of JSON: most between 22 and 36 KB, one in ten from 2 to 62 KB. */
  JSON_64K {
    @Override
    int next(SplittableRandom random) {
      return random.nextInt(10) == 0 ? random.nextInt(2000, 62_000) : bell(random, 22_000, 36_000);
    }
  };

  abstract int next(SplittableRandom random);

  private static int bell(SplittableRandom random, int least, int most) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += random.nextDouble();
    }
    return least + (int) (sum / 4 * (most - least));
  }
}
