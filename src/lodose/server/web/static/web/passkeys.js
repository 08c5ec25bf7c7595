/* Says in words what went wrong with a passkey; the work itself is done by the scripts of django-allauth. */
(function () {
  'use strict'
  const buttons = ['passkey_login', 'mfa_webauthn_add', 'mfa_webauthn_authenticate', 'mfa_webauthn_reauthenticate', 'mfa_webauthn_signup']

  function show (id) {
    const notice = document.getElementById(id)
    const place = document.querySelector('main form') || document.getElementById('main')
    if (!notice || !place) return
    notice.hidden = true
    place.before(notice)
    notice.hidden = false
    notice.scrollIntoView({ block: 'nearest' })
  }

  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    show('passkey-problem')
  })

  if (!window.PublicKeyCredential) {
    for (const id of buttons) {
      const button = document.getElementById(id)
      if (button) button.disabled = true
    }
    show('passkey-unsupported')
  }
})()
