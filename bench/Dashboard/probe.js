// Runs in every page before the page's own scripts, and notes what a person would see and when.
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const probe = { firstRow: 0, ready: 0, live: 0, longTasks: [], watched: {}, changes: [] };
  window.benchProbe = probe;

  new PerformanceObserver(list => {
    for (const task of list.getEntries())
      probe.longTasks.push([task.startTime, task.duration]);
  }).observe({ type: 'longtask', buffered: true });

  // A callback of requestAnimationFrame comes before its frame is painted, a message that it sends comes after.
  const afterPaint = then => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { channel.port1.close(); then(); };
    channel.port2.postMessage(null);
  };

  let rendered = null;
  const frame = () => {
    const row = document.querySelector('.session-row');
    if (row && !probe.firstRow) {
      rendered = row;
      afterPaint(() => probe.firstRow ||= performance.now());
    }
    // The browser has made the page again, with everything that reacts to keys and clicks.
    if (row && !probe.ready && rendered && !rendered.isConnected)
      afterPaint(() => probe.ready ||= performance.now());
    if (!probe.live && document.querySelector('.pill-live'))
      afterPaint(() => probe.live ||= performance.now());
    for (const id in probe.watched) {
      const status = /session-row-(pending|running|stopping|finished|stopped|failed)/.exec(document.getElementById('row-' + id)?.className)?.[1];
      if (status && status !== probe.watched[id]) {
        probe.watched[id] = status;
        afterPaint(() => probe.changes.push([id, status, now()]));
      }
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  // Does something as a person would, and tells after how many milliseconds its effect was painted.
  probe.time = (act, done) => new Promise((resolve, reject) => {
    const begun = performance.now();
    act();
    const look = () => {
      if (done())
        afterPaint(() => resolve(performance.now() - begun));
      else if (performance.now() - begun > 30000)
        reject(new Error('It did not happen within 30 s: ' + done));
      else
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

  // Tells when something was first painted, in milliseconds since 1970.
  probe.when = done => probe.time(() => { }, done).then(now);

  probe.follow = address => {
    const link = document.createElement('a');
    link.href = address;
    document.body.append(link);
    link.click();
    link.remove();
  };

  probe.press = name => [...document.querySelectorAll('button')].find(b => b.textContent.trim() === name).click();

  probe.search = text => {
    const box = document.getElementById('output-search');
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.form.requestSubmit();
  };

  probe.rowsAreThere = () => document.querySelector('.log-row') && !document.querySelector('.log-waiting');
  probe.showsRow = number => probe.rowsAreThere() && document.querySelector(`.log-row[data-seq="${number}"]`);
})();
