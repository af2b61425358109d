package io.predicomp.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.predicomp.os.testing.SystemHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void everyNumberLeadsBackToItsName() {
    for (Errno errno : Errno.values()) {
      assertEquals(Optional.of(errno), Errno.of(errno.number()));
      assertFalse(errno.text().isBlank());
    }
  }

  @Test
  void otherNumbersHaveNoName() {
    for (int number : new int[] {Integer.MIN_VALUE, -12, 0, 41, 134, 4095, Integer.MAX_VALUE}) {
      assertEquals(Optional.empty(), Errno.of(number), () -> "number " + number);
    }
  }

  @Test
  void numbersAreThoseOfTheSystemHeaders() throws Exception {
    List<String> names = Arrays.stream(Errno.values()).map(Enum::name).toList();
    Map<String, Long> headers = SystemHeaders.evaluate(List.of("errno.h"), names);
    for (Errno errno : Errno.values()) {
      assertEquals(headers.get(errno.name()), errno.number(), errno.name());
    }
  }
}
