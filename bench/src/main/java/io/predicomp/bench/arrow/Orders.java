package io.predicomp.bench.arrow;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A table of generated orders in batches of Arrow vectors: when, which customer, how much (a tenth
 * of the amounts is null), and a line of text.
 */
public final class Orders implements AutoCloseable {
  static final int BATCH = 65_536;
  private static final long SEED = 271828;
  private static final int NULL_AMOUNTS = 10;
  private static final String[] STATES = {"accepted", "in delivery", "returned", "paid in full"};

  private final List<VectorSchemaRoot> batches = new ArrayList<>();

  /**
   * Generates the table; the same number of rows gives the same table.
   *
   * @param rows rounded up to whole batches of {@value #BATCH}
   */
  public Orders(BufferAllocator allocator, long rows) {
    SplittableRandom random = new SplittableRandom(SEED);
    long time = 1_700_000_000_000L;
    for (long row = 0; row < rows; row += BATCH) {
      batches.add(batch(allocator, random, time));
      time += BATCH * 40L;
    }
  }

  private static VectorSchemaRoot batch(
      BufferAllocator allocator, SplittableRandom random, long from) {
    BigIntVector times = new BigIntVector("time", allocator);
    IntVector customers = new IntVector("customer", allocator);
    Float8Vector amounts = new Float8Vector("amount", allocator);
    VarCharVector texts = new VarCharVector("text", allocator);
    for (int row = 0; row < BATCH; row++) {
      int customer = random.nextInt(50_000);
      times.setSafe(row, from + row * 40L + random.nextInt(40));
      customers.setSafe(row, customer);
      if (random.nextInt(NULL_AMOUNTS) == 0) {
        amounts.setNull(row);
      } else {
        amounts.setSafe(row, random.nextInt(100_000) / 100.0);
      }
      String text = "order of customer-" + customer + ", " + STATES[random.nextInt(STATES.length)];
      texts.setSafe(row, text.getBytes(StandardCharsets.UTF_8));
    }
    VectorSchemaRoot batch = VectorSchemaRoot.of(times, customers, amounts, texts);
    batch.setRowCount(BATCH);
    return batch;
  }

  /** {@return bytes of all values, as Arrow counts them} */
  public long bytes() {
    return batches.stream()
        .flatMap(batch -> batch.getFieldVectors().stream())
        .mapToLong(FieldVector::getBufferSize)
        .sum();
  }

  /** {@return a number that every value and every null of the table has a part in} */
  public long scan() {
    long sum = 0;
    for (VectorSchemaRoot batch : batches) {
      BigIntVector times = (BigIntVector) batch.getVector("time");
      IntVector customers = (IntVector) batch.getVector("customer");
      Float8Vector amounts = (Float8Vector) batch.getVector("amount");
      VarCharVector texts = (VarCharVector) batch.getVector("text");
      for (int row = 0; row < batch.getRowCount(); row++) {
        sum = sum * 31 + times.get(row) + customers.get(row);
        sum = sum * 31 + (amounts.isNull(row) ? -1 : Double.doubleToRawLongBits(amounts.get(row)));
        sum = sum * 31 + texts.hashCode(row);
      }
    }
    return sum;
  }

  /** {@return the batches, oldest first} */
  List<VectorSchemaRoot> batches() {
    return batches;
  }

  /** Gives the memory of all vectors back to the allocator. */
  @Override
  public void close() {
    batches.forEach(VectorSchemaRoot::close);
    batches.clear();
  }
}
