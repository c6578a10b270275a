// Scrolling, which .NET cannot see. Reports are passive and never queue up: while .NET works on one, the next waits and
// tells the newest position.

export function attach(scroller, view) {
  // The reader may have left the page while this script was on its way: then there is nothing to scroll.
  scroller ??= document.createElement("div");
  let lastTop = scroller.scrollTop;
  let expected = -1;
  let byReader = false;
  let up = false;
  let pending = false;
  let reporting = false;
  let gone = false;

  const atEnd = () => scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2;

  // Rows of their own height cannot be counted: the first whose lower edge is in the view, by halving.
  const topSequence = () => {
    const rows = scroller.querySelector(".output-rows-wrapped");
    if (!rows) return 0;
    const all = rows.querySelectorAll(":scope > [data-seq]");
    let low = 0, high = all.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle].offsetTop + all[middle].offsetHeight > scroller.scrollTop) high = middle;
      else low = middle + 1;
    }
    return all.length ? Number(all[low].dataset.seq) : 0;
  };

  const report = async () => {
    if (reporting || gone) {
      pending = true;
      return;
    }
    reporting = true;
    do {
      pending = false;
      const told = [scroller.scrollTop, scroller.clientHeight, atEnd(), byReader, up, topSequence()];
      byReader = up = false;
      try {
        await view.invokeMethodAsync("Scroll", ...told);
      } catch (e) {
        if (!gone) throw e;
      }
    } while (pending && !gone);
    reporting = false;
  };

  const onScroll = () => {
    const top = scroller.scrollTop;
    // Neither what the page did itself nor scrolling sideways.
    if (Math.abs(top - expected) > 2 && Math.abs(top - lastTop) > 1) {
      byReader = true;
      up = top < lastTop;
    }
    expected = -1;
    lastTop = top;
    report();
  };

  const onClick = event => {
    const more = event.target.closest("button[data-more]");
    if (more) {
      view.invokeMethodAsync("ShowWhole", Number(more.dataset.more));
      return;
    }
    const number = event.target.closest("a.log-number");
    if (number && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      view.invokeMethodAsync("ChooseLine", Number(number.dataset.line));
    }
  };

  const move = top => {
    const before = scroller.scrollTop;
    scroller.scrollTop = top;
    // Where nothing moves there will be no event to expect.
    if (scroller.scrollTop !== before) expected = scroller.scrollTop;
    lastTop = scroller.scrollTop;
  };

  scroller.addEventListener("scroll", onScroll, { passive: true });
  scroller.addEventListener("click", onClick);
  const resized = new ResizeObserver(report);
  resized.observe(scroller);

  return {
    to: move,
    toEnd() {
      // The reader has just scrolled away and .NET, or even this script, does not know yet.
      if (!(byReader && up) && scroller.scrollTop >= lastTop - 1) move(scroller.scrollHeight);
    },
    toRow(sequence, align) {
      const row = scroller.querySelector(`[data-seq="${sequence}"]`);
      if (!row) return;
      const room = scroller.clientHeight - row.offsetHeight;
      move(row.offsetTop - (align === "Start" ? 0 : align === "End" ? room : Math.max(0, room / 2)));
    },
    focus() {
      scroller.focus({ preventScroll: true });
    },
    dispose() {
      gone = true;
      resized.disconnect();
      scroller.removeEventListener("scroll", onScroll);
      scroller.removeEventListener("click", onClick);
    },
  };
}

export function focusSearch() {
  document.getElementById("output-search")?.focus();
}
