"""A certificate for a server at home, signed by an authority that only this server has.

The authority is good for private addresses and local names only (a name constraint), so that a
phone that trusts it trusts nobody for the rest of the web.
"""

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lodose.errors import LodoseError

AUTHORITY_DAYS = 3650
# Phones refuse longer ones, also from an authority that was added by hand.
CERTIFICATE_DAYS = 397
RENEW_DAYS = 30
PRIVATE_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
LOCAL_NAMES = ("localhost", "local", "lan", "home.arpa", "internal", "home")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the files lie, and what a person compares before trusting."""

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str


def own_names(given: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the addresses and names of this computer, those that were given first.

    Raises
    ------
    LodoseError
        If a given one is outside what the authority may sign, or none is found.
    """
    names = [*given]
    if not names:
        names += _addresses()
        host = socket.gethostname().partition(".")[0].lower()
        if host and host != "localhost":
            names.append(f"{host}.local")
    if not names:
        raise LodoseError(
            "This computer has no address in a network. Mend: connect it, or name it: --name NAME"
        )
    for name in names:
        if not _may_be_signed(name):
            raise LodoseError(
                f"'{name}' is not a private address or a local name (such as 192.168.1.20 or "
                "laptop.local). Mend: for a public name use a reverse proxy: docs/server.md."
            )
    return tuple(dict.fromkeys(names))


def certificate_for(names: tuple[str, ...], folder: Path) -> Certificate:
    """Return a certificate for these names, made anew where there is none that fits.

    Parameters
    ----------
    names : tuple of str
        Addresses and names, as ``own_names`` returns them.
    folder : Path
        Where authority, certificate and keys are kept.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_file, authority_key_file = folder / "authority.crt", folder / "authority.key"
    if not (authority_file.is_file() and authority_key_file.is_file()):
        _make_authority(authority_file, authority_key_file)
    authority = x509.load_pem_x509_certificate(authority_file.read_bytes())
    certificate_file, key_file = folder / "server.crt", folder / "server.key"
    names = tuple(dict.fromkeys([*names, "localhost", "127.0.0.1"]))
    if not _fits(certificate_file, key_file, names, authority):
        key = serialization.load_pem_private_key(authority_key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # we wrote it
        _make_certificate(names, authority, key, certificate_file, key_file)
    print_of = authority.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(certificate_file, key_file, authority_file, print_of)


def _addresses() -> list[str]:
    """Addresses by which this computer reaches a network; nothing is sent to find them."""
    found: list[str] = []
    for family, elsewhere in ((socket.AF_INET, "10.255.255.255"), (socket.AF_INET6, "fd00::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                address = str(probe.getsockname()[0]).partition("%")[0]
        except OSError:
            continue
        if not ipaddress.ip_address(address).is_loopback and _may_be_signed(address):
            found.append(address)
    return found


def _as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _may_be_signed(name: str) -> bool:
    address = _as_address(name)
    if address is None:
        ends = name.lower().rstrip(".").rpartition(".")[2]
        return name == "localhost" or ends in LOCAL_NAMES or name.lower().endswith(".home.arpa")
    networks = [ipaddress.ip_network(network) for network in PRIVATE_NETWORKS]
    return any(address in network for network in networks if network.version == address.version)


def _general(name: str) -> x509.GeneralName:
    address = _as_address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _fits(
    certificate_file: Path, key_file: Path, names: tuple[str, ...], authority: x509.Certificate
) -> bool:
    if not (certificate_file.is_file() and key_file.is_file()):
        return False
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        set(held) >= {_general(name) for name in names}
        and certificate.issuer == authority.subject
        and certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=RENEW_DAYS)
    )


def _builder(subject: str, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _make_authority(certificate_file: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # The number keeps the names of two servers apart in a phone's list.
    name = f"Home server {x509.random_serial_number() % 10_000:04d}"
    networks = [x509.IPAddress(ipaddress.ip_network(each)) for each in PRIVATE_NETWORKS]
    local = [x509.DNSName(each) for each in LOCAL_NAMES]
    builder = _builder(name, AUTHORITY_DAYS)
    certificate = (
        builder.issuer_name(builder._subject_name)  # type: ignore[arg-type]  # signed by itself
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([*local, *networks], None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_certificate(
    names: tuple[str, ...],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    certificate_file: Path,
    key_file: Path,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _builder("Home server", CERTIFICATE_DAYS)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(key_file, key)
    # The chain, so that a device needs to know the authority alone.
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
